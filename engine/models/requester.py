"""Who brought a ticket (诉求人): name and number sealed, found by marks alone."""

from sqlalchemy import Index, literal_column, text
from sqlmodel import Field, SQLModel

from engine import keyring
from engine.errors import KeysError
from engine.models.base import Moment, moment, plain_column, refers, sealed_column

WORDS = {"fastupdate": "on", "gin_pending_list_limit": "512"}
LAST = 4  # digits by whose mark a number is found


def digits_of(phone: str) -> str:
    """Return the digits of a number, by which it is the same number however it is written."""
    return "".join(one for one in phone if one.isdigit())


def phone_mark(phone: str) -> bytes | None:
    """Return the mark of a whole number (盲索引), or None where there is no number."""
    digits = digits_of(phone)
    return keyring.ring().mark("phone", digits) if digits else None


def end_mark(phone: str) -> bytes | None:
    """Return the mark of a number's last four digits, or None where it has fewer."""
    digits = digits_of(phone)
    return keyring.ring().mark("phone-end", digits[-LAST:]) if len(digits) >= LAST else None


class Requester(SQLModel, table=True):
    """Who brought a ticket (诉求人): the only table with personal data.

    What identifies a person is sealed for this very row (`keyring`). `plain_phone` and `plain_name`
    hold what an older version wrote, until the job `protect` has sealed it. `taken_out_at` is when
    all of it was taken out because its time was over (到期脱敏).
    """

    __tablename__ = "requester"
    __table_args__ = (
        Index("ix_requester_phone_mark", "phone_mark", "ticket_id",
              postgresql_where=text("phone_mark IS NOT NULL")),
        Index("ix_requester_phone_end_mark", "phone_end", "ticket_id",
              postgresql_where=text("phone_end IS NOT NULL")),
        Index("ix_requester_identified", "ticket_id",
              postgresql_where=text("phone_sealed IS NOT NULL")),
        Index("ix_requester_phone_unsealed", "phone", "ticket_id",
              postgresql_where=text("phone <> ''")),
        Index("ix_requester_phone_end",
              literal_column("reverse(translate(phone, '-+ ', ''))").label("ending"), "ticket_id",
              postgresql_ops={"ending": "text_pattern_ops"}, postgresql_where=text("phone <> ''")),
        Index("ix_requester_enterprise_ticket_id", "enterprise", "ticket_id"),
        Index(
            "ix_requester_credit_code_ticket_id",
            "credit_code",
            "ticket_id",
            postgresql_where=text("credit_code <> ''"),
        ),
        Index("ix_requester_initials", "initials", "ticket_id",
              postgresql_ops={"initials": "text_pattern_ops"},
              postgresql_where=text("initials <> ''")),
        Index("ix_requester_words", text("hotline_grams(ticket_id, enterprise)"),
              postgresql_using="gin", postgresql_with=WORDS),
        Index("ix_requester_initial_parts", text("hotline_grams(ticket_id, initials)"),
              postgresql_using="gin", postgresql_with=WORDS,
              postgresql_where=text("initials <> ''")),
    )  # fmt: skip

    ticket_id: int = refers("ticket.id", primary_key=True)
    enterprise: str = Field(default="", max_length=120)
    credit_code: str = Field(default="", max_length=18)
    initials: str = Field(default="", max_length=120)
    plain_name: str = plain_column("contact_name", 40)
    plain_phone: str = plain_column("phone", 30)
    answer_by: str = Field(default="电话", max_length=20)
    name_sealed: bytes | None = sealed_column()
    phone_sealed: bytes | None = sealed_column()
    phone_mark: bytes | None = sealed_column()
    phone_end: bytes | None = sealed_column()
    taken_out_at: Moment | None = moment(nullable=True)

    @property
    def contact_name(self) -> str:
        """Return who speaks for the enterprise (联系人).

        Raises:
            KeysError: the key it was sealed with is not here.
        """
        return name_of(self.ticket_id, self.name_sealed, self.plain_name)

    @property
    def phone(self) -> str:
        """Return the number that is called back (来电号码).

        Raises:
            KeysError: the key it was sealed with is not here.
        """
        if self.phone_sealed is None:
            return self.plain_phone
        return keyring.opened(self.phone_sealed, place("phone", self.ticket_id))

    @property
    def trouble(self) -> str:
        """Return why name and number cannot be read, or nothing; all else can be read always."""
        try:
            _ = self.phone, self.contact_name
        except KeysError as error:
            return str(error)
        return ""


def name_of(ticket_id: int | None, sealed: bytes | None, plain: str | None) -> str:
    """Return a requester's name from its columns; nothing where there is none.

    Raises:
        KeysError: the key it was sealed with is not here.
    """
    if sealed is None or ticket_id is None:
        return plain or ""
    return keyring.opened(sealed, place("contact_name", ticket_id))


def place(column: str, ticket_id: int) -> str:
    """Return where a value belongs: sealed for it, it opens nowhere else."""
    return f"requester.{column}:{ticket_id}"


def sealed_person(ticket_id: int, phone: str, contact_name: str) -> dict[str, bytes | None]:
    """Return the columns that keep a person's name and number for one ticket.

    Raises:
        KeysError: the keys are not here; nothing personal is ever written unsealed.
    """
    ring = keyring.ring()
    return {
        "name_sealed": ring.seal(contact_name, place("contact_name", ticket_id))
        if contact_name else None,
        "phone_sealed": ring.seal(phone, place("phone", ticket_id)) if phone else None,
        "phone_mark": phone_mark(phone),
        "phone_end": end_mark(phone),
    }  # fmt: skip
