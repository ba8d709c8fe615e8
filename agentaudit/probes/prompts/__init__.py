"""Which exact prompts were used, across the whole graph of agents?"""
