"""Who somebody is: the token that intake signs, the cookies that carry it, the copies of people that check it."""
