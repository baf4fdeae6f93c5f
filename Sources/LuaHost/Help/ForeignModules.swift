/// What PyTorch calls layers, losses and optimisers, and what else modules and models are asked for.
extension ForeignNames {
  static let layers: [Row] =
    [
      Row("Conv2d conv2d", "gfnet.nn.conv(inputs, outputs, {kernel = …})", "gfnet.nn.conv", on: ["gfnet.nn"]),
      Row("BatchNorm2d batchnorm", "gfnet.nn.batch_norm(channels)", "gfnet.nn.batch_norm", on: ["gfnet.nn"]),
      Row("MaxPool2d max_pool2d", "gfnet.nn.max_pool(kernel)", "gfnet.nn.max_pool", on: ["gfnet.nn"]),
      Row("AvgPool2d avg_pool2d", "gfnet.nn.avg_pool(kernel)", "gfnet.nn.avg_pool", on: ["gfnet.nn"]),
      Row("Sequential", "gfnet.nn.sequential{…}", "gfnet.nn.sequential", on: ["gfnet.nn"]),
      Row("ReLU", "gfnet.nn.relu()", "gfnet.nn.relu", on: ["gfnet.nn"]),
      Row("Linear Dense", "gfnet.nn.linear(inputs, outputs)", "gfnet.nn.linear", on: ["gfnet.nn"]),
      Row("LayerNorm", "gfnet.nn.layer_norm(features)", "gfnet.nn.layer_norm", on: ["gfnet.nn"]),
      Row("GroupNorm", "gfnet.nn.group_norm(groups, channels)", "gfnet.nn.group_norm", on: ["gfnet.nn"]),
      Row("Embedding", "gfnet.nn.embedding(count, features)", "gfnet.nn.embedding", on: ["gfnet.nn"]),
      Row(
        "MultiheadAttention multi_head_attention", "gfnet.nn.attention(features, heads)",
        "gfnet.nn.attention",
        on: ["gfnet.nn"]),
      Row("GRUCell GRU gru", "gfnet.nn.gru_cell(inputs, units)", "gfnet.nn.gru_cell", on: ["gfnet.nn"]),
      Row("LSTMCell LSTM lstm", "gfnet.nn.lstm_cell(inputs, units)", "gfnet.nn.lstm_cell", on: ["gfnet.nn"]),
      Row("RNNCell RNN rnn", "gfnet.nn.rnn_cell(inputs, units)", "gfnet.nn.rnn_cell", on: ["gfnet.nn"]),
      Row("Flatten", "gfnet.nn.flatten()", "gfnet.nn.flatten", on: ["gfnet.nn"]),
      Row(
        "Module ModuleList", "gfnet.nn.module{…, forward = function(self, x) … end}", "gfnet.nn.module",
        on: ["gfnet.nn"]),
      Row(
        "CrossEntropyLoss", "gfnet.nn.cross_entropy(logits, labels)", "gfnet.nn.cross_entropy",
        on: ["gfnet.nn"]),
      Row("eval", "l:train(false)", "layer:train", on: ["layer"]),
      Row("forward", "l(x): a layer is called", "layer", on: ["layer"]),
      Row("state_dict", "l:state()", "layer:state", on: ["layer"]),
      Row("load_state_dict", "l:load_state(table) or l:load(file)", "layer:load_state", on: ["layer"]),
      Row(
        "zero_grad", "nothing: gfnet.grad gives fresh gradients each time", "gfnet.grad",
        on: ["optimizer", "layer"]),
      Row("param_groups", "opt.lr and opt.groups", "optimizer", on: ["optimizer"]),
      Row("SGD", "gfnet.optim.sgd(parameters, {lr = …})", "gfnet.optim.sgd", on: ["gfnet.optim"]),
      Row("Adam", "gfnet.optim.adam(parameters, {lr = …})", "gfnet.optim.adam", on: ["gfnet.optim"]),
      Row("AdamW", "gfnet.optim.adamw(parameters, {lr = …})", "gfnet.optim.adamw", on: ["gfnet.optim"]),
      Row(
        "clip_grad_norm_ clip_grad_norm", "gfnet.optim.clip_norm(gradients, max)", "gfnet.optim.clip_norm",
        on: ["gfnet.optim", "gfnet.nn"]),
      Row("StepLR", "gfnet.optim.step{every = …}", "gfnet.optim.step", on: ["gfnet.optim"]),
      Row("CosineAnnealingLR", "gfnet.optim.cosine{steps = …}", "gfnet.optim.cosine", on: ["gfnet.optim"]),
      Row("Dropout", "gfnet.nn.dropout(probability)", "gfnet.nn.dropout", on: ["gfnet.nn"]),
      Row(
        "softmax Softmax", "t:softmax(axis) of a tensor, also in the forward of a gfnet.nn.module",
        "tensor:softmax", on: ["gfnet.nn"]),
      Row(
        "log_softmax LogSoftmax", "t:log_softmax(axis) of a tensor, also in the forward of a gfnet.nn.module",
        "tensor:log_softmax", on: ["gfnet.nn"]),
      Row(
        "gelu GELU",
        "gfnet.nn.module{forward = function(self, x) return x * ((x / math.sqrt(2)):erf() + 1) / 2 end}",
        "gfnet.nn.module", on: ["gfnet.nn"]),
      Row(
        "Identity identity", "gfnet.nn.module{forward = function(self, x) return x end}", "gfnet.nn.module",
        on: ["gfnet.nn"]),
      Row(
        "Parameter ParameterList",
        "gfnet.nn.module{weight = tensor, …}: tensors among its fields are parameters",
        "gfnet.nn.module", on: ["gfnet.nn"]),
      Row(
        "functional",
        "t:relu(), t:softmax(axis) and other methods of tensors; the losses are gfnet.nn.mse and its like",
        "gfnet.nn", on: ["gfnet.nn"]),
      Row(
        "init", "l:load_state{weight = gfnet.tensor.randn(…)} for weights of your own", "layer:load_state",
        on: ["gfnet.nn"]),
      Row(
        "interpolate upsample Upsample",
        "t:repeat_interleave(2, 3):repeat_interleave(2, 4) of N×C×H×W, which repeats pixels",
        "tensor:repeat_interleave", on: ["gfnet.nn"]),
    ] + losses

  private static let losses: [Row] =
    [
      Row("MSELoss mse_loss", "gfnet.nn.mse(input, target)", "gfnet.nn.mse", on: Row.tensors + ["gfnet.nn"]),
      Row("L1Loss l1_loss", "gfnet.nn.l1(input, target)", "gfnet.nn.l1", on: Row.tensors + ["gfnet.nn"]),
      Row(
        "NLLLoss nll_loss", "gfnet.nn.nll(log_probabilities, labels)", "gfnet.nn.nll", on: ["gfnet.nn"]),
      Row(
        "BCEWithLogitsLoss binary_cross_entropy_with_logits BCELoss binary_cross_entropy",
        "gfnet.nn.bce_with_logits(logits, target)", "gfnet.nn.bce_with_logits",
        on: Row.tensors + ["gfnet.nn"]),
      Row(
        "SmoothL1Loss smooth_l1_loss", "gfnet.nn.smooth_l1(input, target, {beta = …})", "gfnet.nn.smooth_l1",
        on: Row.tensors + ["gfnet.nn"]),
      Row(
        "HuberLoss huber_loss", "delta * gfnet.nn.smooth_l1(input, target, {beta = delta})",
        "gfnet.nn.smooth_l1", on: Row.tensors + ["gfnet.nn"]),
      Row(
        "KLDivLoss kl_div_loss", "gfnet.nn.kl_div(logits, teacher), both of them logits", "gfnet.nn.kl_div",
        on: Row.tensors + ["gfnet.nn"]),
      Row(
        "RMSprop Adagrad Adadelta",
        absent: "there is none; gfnet.optim.adam(parameters, {lr = …}) comes near",
        "gfnet.optim.adam", on: ["gfnet.optim"]),
      Row(
        "lr_scheduler LambdaLR",
        "gfnet.optim.cosine{steps = …} or another schedule, and opt:step(g, rate(i))",
        "gfnet.optim.cosine", on: ["gfnet.optim"]),
      Row(
        "warmup", "the option warmup of a schedule, as in gfnet.optim.cosine{steps = …, warmup = …}",
        "gfnet.optim.cosine", on: ["gfnet.optim"]),
    ]

  static let modules: [Row] =
    [
      // What is decided step by step
      Row(
        "rng", "function(s, p, rng) in a sampler: it is the third argument", "gfnet.samplers.define",
        on: ["s"]),
      Row(
        "params", "function(s, p): the parameters are the second argument", "gfnet.exits.define", on: ["s"]),
      // Models and data
      Row(
        "forward predict", "model:infer(images) or model:trace(data)", "model:infer", on: ["model", "gfnet"]),
      Row("eval", "model:infer(images) or model:trace(data)", "model:infer", on: ["gfnet"]),
      Row(
        "state_dict", "gfnet.tensor.load(file), gfnet.encoder(file) or model:save(file)", "gfnet.encoder",
        on: ["model", "encoder", "gfnet"]),
      Row("ImageFolder", "gfnet.dataset(\"folder\", {path = …})", "gfnet.dataset", on: ["gfnet"]),
      Row(
        "DataLoader", "gfnet.dataset(name, {…}): batches are made where they are used", "gfnet.dataset",
        on: ["gfnet"]),
    ]
}
