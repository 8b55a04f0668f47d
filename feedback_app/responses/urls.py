"""Every address of this room."""

from __future__ import annotations

from feedback_app.responses.answering import views as answering_views
from feedback_app.responses.importing import views as importing_views
from feedback_app.responses.reading import views as reading_views
from feedback_app.web.urls import room

blueprint = room(
    "responses",
    (
        ("GET POST", "/answer/<token>", answering_views.answer),
        ("GET", "/answer/<token>/thanks", answering_views.thanks),
        ("GET POST", "/responses/import", importing_views.imports),
        ("GET", "/responses/import/<int:import_id>", importing_views.tried),
        ("POST", "/responses/import/<int:import_id>", importing_views.applied),
        ("POST", "/responses/import/<int:import_id>/leave", importing_views.left),
        ("GET", "/responses/import/<int:import_id>/rejected.csv", importing_views.rejected_rows),
        ("GET", "/responses", reading_views.index),
        ("GET", "/responses/<int:response_id>", reading_views.show),
        ("GET", "/responses/summary/<slug>", reading_views.summed_up),
        ("POST", "/responses/export/<slug>", reading_views.exported),
    ),
)
