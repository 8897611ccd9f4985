"""What customers write: sentences by theme and tone, in French and English, put together by place in a list.

A comment is one sentence on its main theme, sometimes a second on another, sometimes an opening. The truth about a comment is which
themes it was made from, and in which tone.
"""

from __future__ import annotations

THEMES = (
    "not_ready", "delivery", "refund", "repair", "repeat", "speed", "staff", "waiting", "product", "price", "site", "other",
)  # fmt: skip
TONES = ("negative", "neutral", "positive")
LANGUAGES = ("fr", "en")

# Theme, then tone, then language. A theme without a tone is never said in it.
SENTENCES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "not_ready": {
        "negative": {
            "fr": (
                "Ma commande n'était pas prête.", "Rien au comptoir malgré le message « prêt en 2 heures ».",
                "On m'a dit que ma commande n'existait pas.", "Commande payée, introuvable en magasin.",
                "Je suis reparti les mains vides.", "Deux heures promises, je suis revenue deux fois.",
                "Déplacement pour rien, ma commande n'était même pas préparée.",
            ),
            "en": (
                "My order was not ready.", "They could not find my order.", "Paid online and nothing at the counter.",
                "I drove there for nothing.", "Two hours promised, and I had to come back twice.",
            ),
        },
    },
    "delivery": {
        "negative": {
            "fr": (
                "Colis en retard de plusieurs jours.", "Livraison annoncée puis repoussée sans explication.",
                "Le livreur n'a même pas sonné.", "Toujours pas de colis à la date prévue.", "Le suivi du colis ne disait rien.",
            ),
            "en": ("My parcel came days late.", "Delivery was postponed without a word.", "The tracking never changed.", "The driver did not even ring."),
        },
        "positive": {
            "fr": ("Livré un jour plus tôt que prévu.", "Livraison rapide et soignée.", "Colis bien emballé, arrivé à l'heure."),
            "en": ("Arrived a day early.", "Quick delivery, well packed.", "On time, as promised."),
        },
    },
    "refund": {
        "negative": {
            "fr": ("J'attends toujours mon remboursement.", "Retour reçu depuis une semaine et pas remboursé.", "Il a fallu réclamer pour être remboursé."),
            "en": ("Still waiting for my refund.", "They received my return and did not pay me back.", "I had to chase my refund."),
        },
        "positive": {
            "fr": ("Remboursée tout de suite, sans discuter.", "Retour en magasin très simple."),
            "en": ("Refunded at once, no questions asked.", "Returning it in store was easy."),
        },
    },
    "repair": {
        "negative": {
            "fr": ("La réparation devait prendre dix jours, j'attends encore.", "Aucune nouvelle du SAV."),
            "en": ("The repair took much longer than they said.", "No news from the workshop."),
        },
        "positive": {
            "fr": ("SAV efficace, réparé avant la date.",),
            "en": ("Repaired before the date they gave.",),
        },
    },
    "repeat": {
        "negative": {
            "fr": (
                "J'ai dû tout répéter au téléphone.", "Au téléphone, on ne voyait pas ma commande du site.",
                "Trois interlocuteurs, trois fois la même histoire.",
            ),
            "en": ("I had to explain everything again on the phone.", "Nobody on the phone could see my web order.", "Three people, three times the same story."),
        },
    },
    "speed": {
        "neutral": {"fr": ("Un peu plus long que prévu.",), "en": ("A little slower than I expected.",)},
        "positive": {
            "fr": ("Rapide, j'étais ressorti en cinq minutes.", "Prêt en une heure !", "Très pratique, j'y passe en sortant du travail.", "Retrait express, rien à dire."),
            "en": ("In and out in five minutes.", "Ready within the hour!", "So convenient on my way home.", "Fast and easy pickup."),
        },
    },
    "staff": {
        "negative": {
            "fr": ("Personne pour renseigner.", "Accueil froid.", "Le personnel semblait débordé."),
            "en": ("Nobody there to help.", "The staff looked overwhelmed.", "Not very welcoming."),
        },
        "neutral": {"fr": ("Accueil correct.",), "en": ("Staff were all right.",)},
        "positive": {
            "fr": ("Équipe souriante et disponible.", "Très bon conseil du vendeur.", "Accueil chaleureux."),
            "en": ("Friendly and helpful staff.", "Great advice in store.", "Lovely welcome."),
        },
    },
    "waiting": {
        "negative": {
            "fr": ("Vingt minutes de queue à la caisse.", "Une seule caisse ouverte.", "Trop d'attente au comptoir."),
            "en": ("Twenty minutes in the queue.", "Only one till open.", "Far too long at the counter."),
        },
        "neutral": {"fr": ("Un peu d'attente, mais ça va.",), "en": ("A short queue, nothing dramatic.",)},
    },
    "product": {
        "negative": {
            "fr": ("Le produit ne correspond pas à la photo.", "Taille mal indiquée.", "Mauvaise qualité."),
            "en": ("Not like the picture.", "The size runs small.", "Poor quality."),
        },
        "neutral": {"fr": ("Produit correct pour le prix.",), "en": ("Does what it should.",)},
        "positive": {
            "fr": ("Produit conforme, très bonne qualité.", "Exactement ce que je cherchais."),
            "en": ("Exactly what I was looking for.", "Great quality."),
        },
    },
    "price": {
        "negative": {"fr": ("Plus cher en magasin que sur le site.", "Prix trop élevés."), "en": ("Dearer in store than online.", "Too expensive.")},
        "positive": {"fr": ("Bon rapport qualité-prix.", "De belles promotions."), "en": ("Good value.", "Nice offers.")},
    },
    "site": {
        "negative": {"fr": ("L'application plante au paiement.", "Le site est lent."), "en": ("The app crashed at checkout.", "The site is slow.")},
        "neutral": {"fr": ("Le site pourrait être plus clair.",), "en": ("The site could be clearer.",)},
        "positive": {"fr": ("Commande facile sur l'application.", "Site clair, paiement simple."), "en": ("Easy to order in the app.", "Clear site, simple payment.")},
    },
    "other": {
        "neutral": {"fr": ("Rien à signaler.", "Bien.", "RAS."), "en": ("Nothing to add.", "Fine.", "OK.")},
        "positive": {"fr": ("Parfait, merci.", "Je recommande."), "en": ("Perfect, thank you.", "Would recommend.")},
        "negative": {"fr": ("Déçu.", "Plus jamais le samedi.", "C'est la dernière fois."), "en": ("Disappointed.", "Never again on a Saturday.", "Last time I order here.")},
    },
}  # fmt: skip

SUBJECTS: dict[str, dict[str, tuple[str, ...]]] = {
    "not_ready": {"fr": ("Ma commande n'est pas prête", "Où est ma commande ?", "Commande payée, rien au comptoir"), "en": ("My order was not there", "Where is my order?")},
    "late_parcel": {"fr": ("Colis en retard", "Je n'ai rien reçu", "Où est mon colis ?"), "en": ("Parcel is late", "Where is my parcel?")},
    "refund": {"fr": ("Remboursement non reçu", "Quand serai-je remboursé ?"), "en": ("Refund not received", "When will I be refunded?")},
    "repair": {"fr": ("Réparation en retard", "Nouvelles de ma réparation"), "en": ("Repair is late", "Any news of my repair?")},
    "invoice": {"fr": ("Demande de facture", "Il me faut une facture"), "en": ("Invoice please", "I need an invoice")},
    "product": {"fr": ("Question sur le produit", "Notice introuvable"), "en": ("A question about the product", "Cannot find the manual")},
    "payment": {"fr": ("Débité deux fois ?", "Problème de paiement"), "en": ("Charged twice?", "Payment problem")},
}  # fmt: skip


def sentences(theme: str, tone: str, language: str) -> tuple[str, ...]:
    """What is said on a theme in a tone; on `other` where nobody says it in this tone."""
    return SENTENCES[theme].get(tone, SENTENCES["other"][tone])[language]
