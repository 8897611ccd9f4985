"""What of a file belongs in the vault and nowhere else: names of objects, texts, traits, consents, and rows that were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.kernel.clock import now_us
from parcours.lake import identifier, literal
from parcours.signal.compiling import Refused, consent_answer, consent_parts, keyed_hash
from parcours.signal.erased import text_carries
from parcours.signal.reading import ROW
from parcours.signal.tables import MAX_RULES
from parcours.vault.tables import CONSENT, FREE_TEXT, IDENTIFIER, REFUSED, SCREENED, TRAIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from parcours.signal.compiling import Draft
    from parcours.signal.one_file import FileImport


def keep_personal(file: FileImport) -> dict[str, int]:
    """Bring into the vault what is personal in the accepted rows; answers how many consents were no answer, by purpose."""
    if any(draft.object_namespaces for draft in file.drafts):  # what the lake has no clear value of
        hidden = "select object_id, namespace, value from object_seen where is_personal order by all"
        file.vault.insert_rows(IDENTIFIER, tuples(file.engine.batches(hidden)))
    odd_answers: dict[str, int] = {}
    for draft in file.drafts:
        if _see_personal(file, draft):
            _keep_texts(file, draft)
            _keep_consents(file, draft, odd_answers)
    return odd_answers


def keep_refused(file: FileImport, *, are_any: bool) -> None:
    """Bring every refused row into the vault with its line and reason, where it can be replayed.

    Args:
        file: Whose lines that are no row are kept too.
        are_any: Whether some row was refused.
    """
    unreadable = (
        (file.file_id, item.line, -1, item.reason, _unless_erased(file, item.content))
        for item in file.rows.unreadable
    )
    file.vault.insert_rows(REFUSED, unreadable)
    if not are_any:
        return
    refused = " union all ".join(
        f"select source_row // {MAX_RULES} as row, {draft.rule.number} as rule, reason from ({file.final(draft)}) where reason is not null"
        for draft in file.drafts
    )
    file.engine.run(f"create or replace temp table refused as {refused}")
    if file.engine.value("select count(*) from refused"):
        lines = file.rows.lines(
            row for (row,) in file.engine.rows("select distinct row from refused order by row")
        )
        columns = ", ".join(f"{identifier(name)} := _f.{identifier(name)}" for name in file.rows.columns)
        whole = f"case when r.reason <> {literal(Refused.ERASED.value)} then cast(to_json(struct_pack({columns})) as varchar) end"
        content = f"select r.row, r.rule, r.reason, {whole} from refused as r join ({file.rows.sql}) as _f on _f.{ROW} = r.row order by all"
        rows = (
            (file.file_id, lines[row], rule, reason, text)
            for row, rule, reason, text in tuples(file.engine.batches(content))
        )
        file.vault.insert_rows(REFUSED, rows)
    file.engine.run("drop table refused")


def tuples(batches: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Rows of Arrow batches, column values as Python ones."""
    for batch in batches:
        yield from zip(*(_values(column) for column in batch.columns), strict=True)


def _values(column: pa.Array) -> list[Any]:
    """Python values of a column; by way of numpy where nothing is null, which is several times faster."""
    return list(column.to_pylist() if column.null_count else column.to_numpy(zero_copy_only=False).tolist())


def _see_personal(file: FileImport, draft: Draft) -> bool:
    """Table `personal`: the accepted rows with a text, a trait, a consent, or a property that looks personal; whether there can be any.

    The rows of a rule are computed once for all of these.
    """
    consents = [
        f"c_{number}_{part}"
        for number, consent in enumerate(draft.rule.consents)
        for part in consent_parts(consent)
    ]
    told = [
        *(["text"] if draft.rule.text else []),
        *(identifier(f"t_{trait}") for trait in draft.traits),
        *consents,
    ]
    screened = ["screened"] if draft.properties else []
    if not told and not screened:
        return False
    some = " or ".join(
        [*(f"{name} is not null" for name in told), *(f"len({name}) > 0" for name in screened)]
    )
    tokens = [identifier(f"k_{name}") for name in draft.namespaces] if consents else []
    file.engine.run(f"""
        create or replace temp table personal as
        select {file.signal_id(draft)} as signal, source_row, at_us, {", ".join(["token", *tokens, *told, *screened])}
        from ({file.accepted(draft)}) where reason is null and ({some})""")
    return True


def _keep_texts(file: FileImport, draft: Draft) -> None:
    """What people wrote, what a row says of its person, and properties that look personal."""
    if draft.rule.text:
        found = f"select signal, {file.file_id}, text from personal where text is not null"
        file.vault.insert_rows(FREE_TEXT, tuples(file.engine.batches(found)))
    for trait in draft.traits:
        value = identifier(f"t_{trait}")
        found = f"select signal, {literal(trait)}, {file.file_id}, token, {value}, at_us from personal where {value} is not null"
        file.vault.insert_rows(TRAIT, tuples(file.engine.batches(found)))
    if draft.properties:
        found = f"select signal, item.name, {file.file_id}, item.value from (select signal, unnest(screened) as item from personal where len(screened) > 0)"
        file.vault.insert_rows(SCREENED, tuples(file.engine.batches(found)))


def _keep_consents(file: FileImport, draft: Draft, odd_answers: dict[str, int]) -> None:
    """Each answer goes into the ledger under every identifier of its row; what is in the ledger stays there."""
    source, now = file.item.source.source, now_us()
    for number, consent in enumerate(draft.rule.consents):
        said = f"c_{number}_answer"
        rows = f"select *, {consent_answer(said)} as answer from personal where {said} is not null"
        odd = int(file.engine.value(f"select count(*) from ({rows}) where answer is null"))
        if odd:
            odd_answers[consent.purpose] = odd_answers.get(consent.purpose, 0) + odd
        proof = f"coalesce(c_{number}_proof, {literal(f'{file.path}, row ')} || source_row // {MAX_RULES})"
        for name in draft.namespaces:
            token = identifier(f"k_{name}")
            for channel in consent.channel or (None,):
                parts = [token, literal(consent.purpose), literal(channel or ""), "answer", "at_us"]
                code = keyed_hash(
                    file.site.key, *(f"cast({part} as varchar)" for part in parts), literal(source)
                )
                found = (
                    f"select {code}, {token}, {literal(consent.purpose)}, {literal(channel)}, answer, at_us, "
                    f"c_{number}_wording, c_{number}_language, {literal(source)}, {proof}, {now} "
                    f"from ({rows}) where answer is not null and {token} is not null"
                )
                file.vault.insert_rows(CONSENT, tuples(file.engine.batches(found)))


def _unless_erased(file: FileImport, content: str | None) -> str | None:
    """A line that is no row; None where it names somebody who was erased."""
    names, key = list(file.site.namespaces), bytes.fromhex(file.site.key)
    return None if content and text_carries(content, names, key, file.erased, file.region) else content
