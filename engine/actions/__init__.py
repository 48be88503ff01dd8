"""One business operation a module, one transaction a function.

The functions here take a session (from `engine.store.work`), the actor and `now`; whoever calls
them owns the transaction.
"""
