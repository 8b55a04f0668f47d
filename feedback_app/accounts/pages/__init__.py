"""The pages where admins keep staff and read the trail."""
