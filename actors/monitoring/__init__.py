"""What a process shows of itself: metrics, spans, and whose work a line of its log is."""
