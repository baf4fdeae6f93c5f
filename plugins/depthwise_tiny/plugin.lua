return {
  name = "depthwise_tiny",
  version = "1.0",
  summary = "a small network of depthwise-separable residual blocks",
  requires = "gfnet >= 0.1",
  provides = { backbones = { "depthwise_tiny" } },
  capabilities = {},
  limits = { memory = "200M", seconds = 10 },
}
