return {
  name = "saliency_inhibition",
  version = "1.0",
  summary = "a sampler that looks where the glance varies most and was not looked at yet",
  requires = "gfnet >= 0.1",
  provides = { samplers = { "saliency_inhibition" } },
  capabilities = {},
  limits = { memory = "200M", seconds = 10 },
}
