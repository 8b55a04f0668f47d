"""Staff and their roles."""

from __future__ import annotations

from datetime import datetime

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app import clock
from feedback_app.accounts.rights import ROLES
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base, Key

staff_role = Table(
    "staff_role",
    Base.metadata,
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class CodeList(AsaList):
    """Texts without commas, in one column; statements with it may be cached."""

    cache_ok = True


class Role(Base, RoleMixin):
    """A named set of rights; the rights themselves are code (``accounts/rights.py``)."""

    __tablename__ = "role"

    id: Mapped[Key] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)

    def get_permissions(self) -> set[str]:
        """Return the rights of this role."""
        return set(ROLES.get(self.name, ()))


class Staff(Base, UserMixin):
    """A person who signs in. What is marked below may be absent, where Flask-Security's types say otherwise."""

    __tablename__ = "staff"

    id: Mapped[Key] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # type: ignore[assignment]
    current_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # type: ignore[assignment]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None] = mapped_column()  # type: ignore[assignment]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None] = mapped_column()  # the last 30 seconds whose code was used: never twice
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(CodeList()))
    first_link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # opens a house that has nobody yet
    roles: Mapped[list[Role]] = relationship(secondary=staff_role, lazy="selectin")  # type: ignore[assignment]
    identities: Mapped[list[StaffIdentity]] = relationship(viewonly=True)

    @property
    def rights(self) -> set[str]:
        """All rights that the roles of this person give."""
        return {right for role in self.roles for right in role.get_permissions()}

    @property
    def role_names(self) -> list[str]:
        """The names of the roles, in the order of the rights they give."""
        held = {role.name for role in self.roles}
        return [name for name in ROLES if name in held]

    @property
    def has_second_step(self) -> bool:
        """True when signing in asks for a code of an authenticator app."""
        return bool(self.tf_totp_secret and self.tf_primary_method)

    @property
    def state(self) -> str:
        """One of ``active``, ``invited`` (no way to sign in yet), ``disabled``."""
        if not self.active:
            return "disabled"
        return "active" if self.password or self.identities else "invited"

    @property
    def shown_name(self) -> str:
        """The name, or the address when no name is known."""
        return self.name or self.email


class StaffIdentity(Base):
    """An account elsewhere that opens ours: a provider's own number for the person, which it never gives to another."""

    __tablename__ = "staff_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    staff_id: Mapped[Key] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class LinkRequest(Base):
    """Somebody wants a link by letter; whether the address has an account, the worker finds out."""

    __tablename__ = "link_request"

    id: Mapped[Key] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One browser in which somebody signed in; its cookies are worth nothing once the row is gone."""

    __tablename__ = "staff_session"

    id: Mapped[Key] = mapped_column(primary_key=True)
    staff_id: Mapped[Key] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # what the cookie holds, as SHA-256
    identity: Mapped[str] = mapped_column(String(64))  # the person's fs_uniquifier then: another one ends the session
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    remembered: Mapped[bool] = mapped_column()
    device: Mapped[str] = mapped_column(String(200))  # as the browser calls itself
    address: Mapped[str] = mapped_column(String(64))
    staff: Mapped[Staff] = relationship()
