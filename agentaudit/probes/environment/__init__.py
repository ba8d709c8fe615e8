"""Which libraries, OS, images and configuration took part, and can they be rebuilt?"""
