local sampler = gfnet.samplers.spiral{ spread = 0.3 }
assert(sampler.name == "spiral")
