"""What all four services share: events, sealing, boxes, buses, runtime, web."""
