"""Every address of this room."""

from __future__ import annotations

from feedback_app.operations import dev_mail_views, metrics_views
from feedback_app.web.urls import room

metrics = room(
    "metrics",
    (("GET", "/metrics", metrics_views.metrics),),
)
dev_mail = room(
    "dev_mail",
    (
        ("GET", "", dev_mail_views.index),
        ("GET", "/<file>", dev_mail_views.show),
        ("GET", "/<file>/html", dev_mail_views.html),
    ),
    url_prefix="/dev/mail",
)
