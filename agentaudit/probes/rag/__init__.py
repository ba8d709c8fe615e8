"""What was retrieved, by which code, from which state of the database?"""
