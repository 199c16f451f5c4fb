"""How far clocks are believed."""

from datetime import timedelta

# What is remembered for some time is remembered for so much longer: a clock that was an hour wrong, and is put right
# meanwhile, makes it look older than it is.
PUT_RIGHT = timedelta(hours=1)
