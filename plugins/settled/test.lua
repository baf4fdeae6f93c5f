local rule = gfnet.exits.settled{ threshold = 0.8, relief = 0.1 }
assert(rule.name == "settled")
