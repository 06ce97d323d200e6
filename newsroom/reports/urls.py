from django.urls import re_path

from newsroom.reports import views

app_name = "reports"

urlpatterns = [
    re_path(r"^report-error/(?P<key>[1-9]\d{0,17})/$", views.report, name="report"),
]
