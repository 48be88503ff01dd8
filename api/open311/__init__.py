"""Open311 GeoReport v2 under /open311/v2: the same intake for programs that speak it."""

from api.open311.routes import router

__all__ = ("router",)
