"""Which model answered, in which version, on which base and with which adapter?"""
