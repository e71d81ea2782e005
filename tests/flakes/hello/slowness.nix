# Rounds of hashing; about 1.5 million a second.
1000
