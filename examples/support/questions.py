"""Customer questions for training: twelve intents, templates with slots, a seeded generator.

The questions are made up, so that nobody's data is in the example. Templates are split before
questions are made from them: accuracy is measured on phrasings that training never saw.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

SLOTS: dict[str, tuple[str, ...]] = {
    "product": (
        "espresso machine", "coffee grinder", "milk frother", "water filter", "travel mug",
        "kettle", "tea set", "cold brew maker", "descaling kit", "gift box",
    ),
    "order": ("#10234", "#88412", "#55120", "no. 7731", "20418", "A-9920", "#30077", "61244"),
    "city": ("Lisbon", "Graz", "Lyon", "Porto", "Ghent", "Turin", "Malmo", "Brno"),
    "when": ("yesterday", "last Monday", "two weeks ago", "on Friday", "this morning", "in May"),
    "plan": ("basic plan", "family plan", "office subscription", "yearly plan", "bean club"),
    "card": ("Visa", "debit card", "PayPal", "credit card", "bank transfer", "gift card"),
}  # fmt: skip

TEMPLATES: dict[str, tuple[str, ...]] = {
    "order_status": (
        "where is my order {order}?",
        "has the {product} i ordered {when} been shipped yet?",
        "can you tell me when order {order} arrives?",
        "i am still waiting for my {product}, what is the delivery status?",
        "tracking for {order} has not moved since {when}",
        "when will my parcel with the {product} be delivered?",
        "what is the status of my order {order}?",
        "my delivery was due {when} and nothing has arrived",
        "is my package on its way to {city}?",
        "track order {order} please",
    ),
    "change_address": (
        "please send order {order} to a different address",
        "i moved to {city}, how do i change my delivery address?",
        "can i update the shipping address of {order}?",
        "the address on my order is wrong, it should go to {city}",
        "i need to change where my {product} is delivered",
        "my street name is misspelled in my shipping address",
        "deliver to my office in {city} instead of my home address",
        "new address in {city}, please update my account",
        "wrong postcode on order {order}, please correct the address",
        "change the delivery address to {city}",
    ),
    "cancel_order": (
        "please cancel my order {order}",
        "i ordered the {product} by mistake, can i cancel it?",
        "how do i cancel an order that i placed {when}?",
        "stop order {order}, i do not want it anymore",
        "i want to cancel the {product} before it ships",
        "is it too late to cancel {order}?",
        "cancel everything i ordered {when}",
        "i changed my mind about the {product}, cancel the order",
        "can you cancel order {order} for me?",
        "cancellation of order {order}",
    ),
    "refund": (
        "when do i get my money back for {order}?",
        "i still have not received the refund for my {product}",
        "i returned it {when}, where is my refund?",
        "please refund order {order} to my {card}",
        "how long does a refund to my {card} take?",
        "you owe me a refund for the {product}",
        "the refund amount for {order} is too low",
        "can i get a full refund for the {product}?",
        "my money for {order} was never refunded",
        "refund to {card} still missing",
    ),
    "return_item": (
        "how do i return the {product}?",
        "i would like to send back my {product}",
        "can i return something that i bought {when}?",
        "where do i find the return label for {order}?",
        "what is your return policy for a {product}?",
        "i want to exchange the {product} for another one",
        "the {product} does not fit, i want to return it",
        "return order {order}, please send a label",
        "how many days do i have to send the {product} back?",
        "can i hand in a return at the shop in {city}?",
    ),
    "damaged_item": (
        "my {product} arrived broken",
        "the {product} from order {order} is damaged",
        "there is a crack in the {product} i got {when}",
        "the box was crushed and the {product} does not work",
        "the {product} stopped working after a day",
        "i received a defective {product}",
        "the {product} leaks, it must be faulty",
        "glass of the {product} was shattered when i opened the parcel",
        "my new {product} does not switch on",
        "order {order} came with scratches and a broken lid",
    ),
    "invoice": (
        "can you send me the invoice for {order}?",
        "i need a receipt with my company name for {order}",
        "where can i download my invoices?",
        "the vat number is missing on the invoice for the {product}",
        "please correct the name on my invoice",
        "i did not get a bill for order {order}",
        "send the receipt of my purchase {when} again",
        "my accountant needs the invoice for {order}",
        "invoice for the {plan} please",
        "is the invoice for {order} available as pdf?",
    ),
    "payment_failed": (
        "my {card} was declined",
        "the payment for {order} did not go through",
        "i was charged twice for the {product}",
        "checkout fails when i pay with {card}",
        "your site rejects my {card}",
        "i paid {when} but the order says unpaid",
        "payment error when ordering the {product}",
        "why was my {card} charged two times?",
        "cannot pay with {card}, it shows an error",
        "double charge on my {card} for {order}",
    ),
    "password_reset": (
        "i forgot my password",
        "the reset link for my password does not work",
        "i cannot log in to my account",
        "how do i reset my password?",
        "login says wrong password since {when}",
        "my account is locked, i cannot sign in",
        "i never get the email to reset my password",
        "please unlock my account",
        "sign in fails after i changed my password {when}",
        "new password needed for my account",
    ),
    "change_plan": (
        "i want to switch to the {plan}",
        "how do i upgrade to the {plan}?",
        "downgrade my subscription to the {plan}",
        "can i pause my {plan}?",
        "what happens if i move from the {plan} to another subscription?",
        "please end my {plan} next month",
        "i would like fewer deliveries in my {plan}",
        "change my subscription from {when} on",
        "move my account to the {plan} please",
        "is it possible to skip a month of the {plan}?",
    ),
    "availability": (
        "is the {product} in stock?",
        "when will the {product} be available again?",
        "do you sell the {product} in {city}?",
        "the {product} is sold out, when do you restock?",
        "can i preorder the {product}?",
        "do you have the {product} in another color?",
        "does the shop in {city} carry the {product}?",
        "how many of the {product} do you have left?",
        "will you get the {product} back in stock before the holidays?",
        "notify me when the {product} is available",
    ),
    "human": (
        "i want to talk to a person",
        "can somebody call me?",
        "connect me to an agent please",
        "this bot does not help, give me a human",
        "what is your phone number?",
        "i would like to speak with your manager about {order}",
        "is there a real person in your {city} office i can talk to?",
        "please let an employee answer me",
        "transfer me to customer service",
        "call me back about {order}",
    ),
}  # fmt: skip

GREETINGS = ("", "", "", "hi, ", "hello, ", "good morning, ", "dear team, ", "hey ")
CLOSINGS = ("", "", "", " thanks", " thank you!", " please help", " regards", "!!")
UPSET = (
    "this is ridiculous. ",
    "i am really disappointed. ",
    "third time i write. ",
    "unacceptable! ",
)

HELD_OUT = (3, 8)
"""Positions of the templates of every intent that only the test set uses."""


@dataclass(frozen=True, slots=True)
class Question:
    """One message of a customer and what a good agent would make of it."""

    text: str
    intent: str
    priority: str
    days_waiting: int
    earlier_contacts: int
    subscriber: bool


def make_questions(*, seed: int, per_template: int, held_out: bool) -> list[Question]:
    """``per_template`` questions from each template of the chosen side of the split."""
    rng = random.Random(f"{seed}/{held_out}")
    made = [
        _ask(rng, intent, template)
        for intent, templates in TEMPLATES.items()
        for position, template in enumerate(templates)
        if (position in HELD_OUT) == held_out
        for _ in range(per_template)
    ]
    rng.shuffle(made)
    return made


def _ask(rng: random.Random, intent: str, template: str) -> Question:
    upset = rng.random() < 0.2
    days = min(30, int(rng.expovariate(0.25)))
    contacts = min(6, int(rng.expovariate(1.0)) + (2 if upset else 0))
    subscriber = rng.random() < 0.35
    body = template.format(**{slot: rng.choice(values) for slot, values in SLOTS.items()})
    text = (
        rng.choice(GREETINGS) + (rng.choice(UPSET) if upset else "") + body + rng.choice(CLOSINGS)
    )
    return Question(
        text="".join(_mistyped(rng, text)),
        intent=intent,
        priority=_priority(rng, intent, upset, days, contacts, subscriber),
        days_waiting=days,
        earlier_contacts=contacts,
        subscriber=subscriber,
    )


def _mistyped(rng: random.Random, text: str) -> Iterator[str]:
    """The text with the typos of somebody in a hurry: about one letter in a hundred."""
    for letter in text:
        chance = rng.random()
        if letter.isalpha() and chance < 0.004:
            continue
        yield letter
        if letter.isalpha() and chance > 0.996:
            yield letter


def _priority(
    rng: random.Random, intent: str, upset: bool, days: int, contacts: int, subscriber: bool
) -> str:
    """How an experienced agent would sort it; people disagree, so one in twenty is off."""
    score = days / 6 + contacts + 2 * upset + subscriber
    score += 2 if intent in {"damaged_item", "payment_failed", "refund"} else 0
    if rng.random() < 0.05:
        score = rng.uniform(0, 8)
    return "high" if score >= 4.5 else "normal" if score >= 1.5 else "low"
