"""What a case shows in Python beside its results: its assumptions and segments as tables and frames, edits from frames.

``study.Study`` hands these out; nothing here changes a case.
"""
