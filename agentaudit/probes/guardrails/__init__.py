"""What judged the answer before, during and after inference, and what did it say?"""
