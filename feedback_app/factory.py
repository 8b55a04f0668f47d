"""The factory: wires, decides nothing."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from feedback_app import database, registry
from feedback_app.accounts.sign_in import setup
from feedback_app.events.catalogue import Catalogue
from feedback_app.extensions import bootstrap, db, migrate
from feedback_app.jobs import queries as job_queries
from feedback_app.organisation import queries as organisation
from feedback_app.places import MIGRATIONS, TEMPLATES
from feedback_app.settings import Settings
from feedback_app.web import errors, filters, health, locale, logs, pages, security


def build(settings: Settings | None = None) -> Flask:
    """Return the application; see :func:`feedback_app.create_app`."""
    settings = settings or Settings.from_environment()
    Path(settings.var).mkdir(parents=True, exist_ok=True)
    app = Flask("feedback_app", template_folder=str(TEMPLATES), instance_path=str(Path(settings.var).resolve()))
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="feedback",
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
    )
    app.request_class = pages.PageRequest
    app.url_map.converters |= {"int": pages.KeyConverter, "default": pages.WordConverter}
    logs.configure(settings)
    app.config["RENDERERS"] = registry.RENDERERS
    app.config["JOBS"] = registry.JOBS
    app.extensions["events"] = Catalogue(registry.EVENT_ROOMS)
    db.init_app(app)
    database.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    bootstrap.init_app(app)
    locale.init_app(app, organisation.current)
    logs.init_app(app)
    security.init_app(app, settings)
    setup.init_app(app)
    filters.init_app(app)
    errors.init_app(app)
    for blueprint in registry.BLUEPRINTS:
        app.register_blueprint(blueprint)
    health.init_app(
        app,
        {
            "database": job_queries.database_trouble,
            "migrations": job_queries.migration_trouble,
            "worker": job_queries.worker_trouble,
        },
    )
    return app
