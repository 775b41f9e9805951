"""Promotional wording outside a promo block."""

import pytest

from fanbot.rendering.wording import promotional


@pytest.mark.parametrize(
    "body",
    [
        "The album is out. Buy now!",
        "Pre-order today.",
        "Use code SUMMER for it",
        "It is 20% off this week",
        "**Subscribe** now",
        "Join our\nPatreon",
        "A limited offer",
        "Don’t miss it",
        "Do not miss it",
        "¡Compra ahora!",
        "Suscríbete al canal",
        "20 % de descuento",
        "Jetzt bestellen!",
        "Nicht verpassen",
        "10 % Rabatt",
        "Text {% promo %}x{% endpromo %} buy now",
    ],
)
def test_notices_promotion(body: str) -> None:
    """Set phrases that ask to buy, join or subscribe are noticed in every served language."""
    assert promotional(body)


@pytest.mark.parametrize(
    "body",
    [
        "Orders leave within 3 days. The shop is at https://shop.example.",
        "Tickets are sold by each venue; the prices are on its page.",
        "A membership costs 5 euros a month and can be cancelled any month.",
        "You bought it now and then?",
        "If your code does not work, write to the shop.",
        "We do not offer this size.",
        "Los pedidos salen en 3 días.",
        "Bestellungen gehen innerhalb von 3 Tagen raus.",
        "Text.\n{%- promo -%}\nBuy now!\n{%- endpromo -%}\n",
        "I missed the bus; don't worry.",
    ],
)
def test_leaves_plain_answers_alone(body: str) -> None:
    """Naming a shop, a price or a membership is an answer, and a promo block may promote."""
    assert not promotional(body)
