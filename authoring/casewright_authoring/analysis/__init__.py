"""What is legal and yet cannot be meant: conditions nothing fulfils, rules nobody reaches, writes that undo each other, loops.

A rule-set is turned into formulas about what can be read at a moment, and a search tells whether anything fulfils them. The search never
says "impossible" of what is possible; where it gives up, it says "possible".
"""
