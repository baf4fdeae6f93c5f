return {
  name = "spiral",
  version = "1.0",
  summary = "a sampler that walks outwards from the centre",
  requires = "gfnet >= 0.1",
  provides = { samplers = { "spiral" } },
  capabilities = {},
}
