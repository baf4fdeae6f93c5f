return {
  name = "thompson",
  version = "1.0",
  summary = "a sampler that tries places and returns to where answers became surer",
  requires = "gfnet >= 0.1",
  provides = { samplers = { "thompson" } },
  capabilities = {},
  limits = { memory = "200M", seconds = 10 },
}
