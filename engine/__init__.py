"""The engine of the 12345 business-environment hotline (优化营商环境专线)."""
