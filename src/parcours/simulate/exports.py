"""Every file that the retailer's systems export, and what makes its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.simulate import customer_file, service_exports, shop_exports, store_exports

if TYPE_CHECKING:
    import numpy as np

    from parcours.simulate.part import Part

ORDERS, WEB, APP = "orders/orders-{}.parquet", "web/visits-{}.parquet", "app/events-{}.parquet"
STORES, FRANCHISE, TILLS = "stores/events-{}.parquet", "franchise.jsonl", "tills/receipts-{}.parquet"
CARRIERS, NOTICES, CARE = "carriers/scans-{}.parquet", "notices/sent-{}.parquet", "care/tickets-{}.parquet"
RETURNS, REPAIRS, KIOSK_FILE, SURVEY = "returns/returns-{}.parquet", "repairs.csv", "kiosk.csv", "survey.csv"
CUSTOMERS, RESERVATIONS = "customers.csv", "reservations/reservations-{}.parquet"
Tables = dict[str, Any]  # file to Arrow table; pyarrow ships no types


def export(part: Part, rng: np.random.Generator) -> Tables:
    """Rows of every system about the people of this part."""
    tables = {
        ORDERS: shop_exports.orders(part),
        WEB: shop_exports.web_views(part),
        APP: shop_exports.app_views(part),
        CARRIERS: service_exports.scans(part),
        NOTICES: service_exports.notices(part, rng),
        CARE: service_exports.tickets(part, rng),
        RETURNS: service_exports.returns(part),
        SURVEY: service_exports.survey_answers(part),
        CUSTOMERS: customer_file.customers(part, rng),
    }
    if part.plan.stores:
        tables |= {
            STORES: store_exports.store_events(part),
            TILLS: store_exports.receipts(part, rng),
            REPAIRS: store_exports.repairs(part),
            KIOSK_FILE: service_exports.kiosk_answers(part),
            RESERVATIONS: shop_exports.reservations(part),
        }
    if any(store.is_franchise for store in part.plan.stores):
        tables[FRANCHISE] = store_exports.franchise_lines(part, rng)
    return tables
