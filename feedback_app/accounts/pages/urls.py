"""Every address of this room."""

from __future__ import annotations

from feedback_app.accounts.pages import trail_views, views
from feedback_app.accounts.sign_in.devices import device_name
from feedback_app.web.urls import room

blueprint = room(
    "accounts",
    (
        ("GET", "/audit", trail_views.audit),
        ("GET", "/audit.csv", trail_views.audit_csv),
        ("GET", "/staff", views.index),
        ("GET POST", "/staff/new", views.invite),
        ("GET POST", "/staff/<int:staff_id>", views.edit),
        ("POST", "/staff/<int:staff_id>/invite-again", views.invite_again),
        ("POST", "/staff/<int:staff_id>/disable", views.disable),
        ("POST", "/staff/<int:staff_id>/enable", views.enable),
        ("POST", "/staff/<int:staff_id>/drop-second-step", views.drop_second_step),
        ("GET POST", "/profile", views.profile),
        ("POST", "/profile/sign-out-everywhere", views.sign_out_everywhere),
        ("POST", "/profile/sessions/<int:session_id>/end", views.end_session),
        ("GET POST", "/first-sign-in/<token>", views.first_sign_in),
    ),
)
blueprint.add_app_template_filter(device_name)
blueprint.add_app_template_filter(trail_views.event_words)
blueprint.add_app_template_filter(trail_views.event_rest)
