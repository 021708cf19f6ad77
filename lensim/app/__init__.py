"""The interactive planner of `lensim app`: a page that the user's own machine serves to the user's own browser.

A room is a part of the page: a module with `ui(id)` and `server(id, desk)`, listed in `lensim.app.rooms`. What computes
numbers, sentences and figures knows nothing of the page; it is in modules of its own, which tests call as they are.
"""
