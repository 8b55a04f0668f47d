"""The library objects the factory wires to the application."""

from __future__ import annotations

from typing import Annotated, Any, cast

from flask import current_app
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, registry

from feedback_app.settings import Settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


Key = Annotated[int, "64 bits"]  # of a column that names a row: 32 bits last 43 days at 50 million letters a day
json_type = JSON().with_variant(JSONB(), "postgresql")
json_or_null = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")  # None is NULL, not "null"


class Base(DeclarativeBase):
    """Ancestor of every table: named constraints, JSON as JSONB and keys of 64 bits on PostgreSQL."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            Key: BigInteger().with_variant(Integer(), "sqlite"),
            dict[str, Any]: json_type,
            dict[str, str]: json_type,
            list[str]: json_type,
            list[dict[str, Any]]: json_type,
            bytes: LargeBinary(),
        },
    )


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
csrf = CSRFProtect()
babel = Babel()
bootstrap = Bootstrap5()
limiter = Limiter(key_func=get_remote_address)


def current_settings() -> Settings:
    """Return the settings of the application in force."""
    return cast("Settings", current_app.config["SETTINGS"])
