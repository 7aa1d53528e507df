"""Other people's tools and measurements, and what they count differently from accelsim."""
