/// What NumPy, PyTorch and Matplotlib call things, and what they are called here.
///
/// People type what they know. A name of theirs that does not exist here leads to ours, in the error and in
/// `gfnet-lab help`.
enum ForeignNames {
  /// What to write instead of `name`, as the end of a sentence; nil where nothing is known.
  ///
  /// - Parameter owner: the class or module that was asked, such as `tensor` or `gfnet.tensor`; nil for any.
  static func advice(_ name: String, of owner: String?) -> String? {
    let wanted = name.hasSuffix("_") && name.count > 1 ? String(name.dropLast()) : name
    let row = rows.first { row in
      (owner == nil || row.owners.contains(owner ?? ""))
        && (row.names.contains(name) || row.names.contains(wanted))
    }
    return row.map { "write \($0.advice)" }
  }

  /// The symbol here whose help explains it; nil where there is none.
  static func symbol(_ name: String) -> String? {
    rows.first { $0.names.contains(name) && $0.symbol != nil }?.symbol
  }

  private struct Row {
    let owners: [String]
    let names: Set<String>
    let advice: String
    let symbol: String?

    init(_ names: String, _ advice: String, _ symbol: String? = nil, on owners: [String] = Row.tensors) {
      self.names = Set(names.split(separator: " ").map(String.init))
      self.advice = advice
      self.symbol = symbol
      self.owners = owners
    }

    static let tensors = ["tensor", "gfnet.tensor"]
    static let figures = ["figure", "axes", "gfnet.plot"]
  }

  private static let rows: [Row] =
    [
      // Shapes
      Row("ndim dim ndimension", "t.rank", "tensor.rank"),
      Row("numel nelement", "t.count", "tensor.count"),
      Row("T t mT swapaxes moveaxis movedim", "t:transpose() or t:permute(…)", "tensor:transpose"),
      Row("expand_dims newaxis", "t:unsqueeze(axis)", "tensor:unsqueeze"),
      Row("ravel", "t:flatten()", "tensor:flatten"),
      Row("broadcast_to repeat tile", "t:expand(…), which repeats axes of size 1", "tensor:expand"),
      Row("contiguous detach cpu copy_", "t:clone(); gradients are not kept by tensors", "tensor:clone"),
      Row(
        "cat concat vstack hstack append", "gfnet.tensor.concatenate(tensors, axis)",
        "gfnet.tensor.concatenate"),
      Row("dstack column_stack", "gfnet.tensor.stack(tensors, axis)", "gfnet.tensor.stack"),
      Row("split chunk unbind", "t[{{first, last}}] for each part", "tensor"),
      // Values
      Row("tolist numpy table", "t:totable()", "tensor:totable"),
      Row("dtype astype float double half long int", "nothing: all tensors are 32-bit numbers", "tensor"),
      Row("zero", "t:fill(0)", "tensor:fill", on: ["tensor"]),
      Row("zero", "gfnet.tensor.zeros(…)", "gfnet.tensor.zeros", on: ["gfnet.tensor"]),
      Row("one", "gfnet.tensor.ones(…)", "gfnet.tensor.ones", on: ["gfnet.tensor"]),
      Row("zeros_like", "gfnet.tensor.zeros(t:size())", "gfnet.tensor.zeros"),
      Row("ones_like", "gfnet.tensor.ones(t:size())", "gfnet.tensor.ones"),
      Row("empty empty_like", "gfnet.tensor.zeros(…)", "gfnet.tensor.zeros"),
      Row("full_like", "gfnet.tensor.full(value, t:size())", "gfnet.tensor.full"),
      Row("array asarray as_tensor from_numpy FloatTensor", "gfnet.tensor{…}", "gfnet.tensor"),
      Row("identity", "gfnet.tensor.eye(size)", "gfnet.tensor.eye"),
      Row("range", "gfnet.tensor.arange(first, last, step), both ends included", "gfnet.tensor.arange"),
      Row("randint", "gfnet.random.integer(low, high)", "gfnet.random.integer"),
      Row("randperm", "gfnet.random.permutation(n)", "gfnet.random.permutation"),
      Row(
        "seed manual_seed", "--seed N on the command line, or gfnet.random.generator{seed=N}",
        "gfnet.random.generator"),
      // Element by element
      Row("clip", "t:clamp(low, high)", "tensor:clamp"),
      Row("add plus", "a + b", "tensor"),
      Row("sub subtract minus", "a - b", "tensor"),
      Row("mul multiply times", "a * b", "tensor"),
      Row("div divide true_divide", "a / b", "tensor"),
      Row("pow power", "a ^ b", "tensor"),
      Row("neg negative", "-a", "tensor"),
      Row("equal isclose allclose", "a == b for all at once, a:eq(b) element by element", "tensor:eq"),
      Row("greater", "a:gt(b)", "tensor:gt"),
      Row("less", "a:lt(b)", "tensor:lt"),
      Row("greater_equal", "a:ge(b)", "tensor:ge"),
      Row("less_equal", "a:le(b)", "tensor:le"),
      Row("not_equal", "a:ne(b)", "tensor:ne"),
      Row("logical_and", "a * b of masks", "tensor"),
      Row("logical_or", "a:maximum(b) of masks", "tensor:maximum"),
      Row("logical_not", "1 - a of a mask", "tensor"),
      Row("any", "t:max() > 0", "tensor:max"),
      Row("all", "t:min() > 0", "tensor:min"),
      Row("masked_select masked_fill", "t:where(a, b), or t:index(axis, places)", "tensor:where"),
      Row("swish", "t:silu()", "tensor:silu"),
      Row("hardswish", "t:hard_swish()", "tensor:hard_swish"),
      Row("hardsigmoid", "t:hard_sigmoid()", "tensor:hard_sigmoid"),
      Row("absolute fabs", "t:abs()", "tensor:abs"),
      Row("expit", "t:sigmoid()", "tensor:sigmoid"),
      Row("log10", "t:log() / math.log(10)", "tensor:log"),
      Row("log2", "t:log() / math.log(2)", "tensor:log"),
      Row("log1p", "(1 + t):log()", "tensor:log"),
      Row("expm1", "t:exp() - 1", "tensor:exp"),
      Row("mod remainder fmod", "a - (a / b):floor() * b", "tensor:floor"),
      Row("floor_divide", "(a / b):floor()", "tensor:floor"),
      Row("rint around", "t:round()", "tensor:round"),
      Row("trunc fix", "t:gt(0):where(t:floor(), t:ceil())", "tensor:floor"),
      Row("sign", "t:gt(0) - t:lt(0)", "tensor:gt"),
      Row("isnan", "t:ne(t)", "tensor:ne"),
      Row(
        "sin cos tan asin acos atan atan2 arcsin arccos arctan sinh cosh",
        "a loop with math.sin, math.cos, … over t:totable(): tensors have no functions of angles"),
      // Reductions and products
      Row(
        "prod", "math.exp(t:log():sum()) for numbers above 0: there is no product", "tensor:log"),
      Row(
        "median", "t:flatten():topk(t.count // 2 + 1)[-1], the middle one from the largest on", "tensor:topk"),
      Row("quantile percentile", "t:flatten():topk(count), which is sorted", "tensor:topk"),
      Row("count_nonzero", "t:ne(0):sum()", "tensor:ne"),
      Row(
        "nonzero argwhere flatnonzero unique bincount",
        "a loop over t:totable(): no function gives as many elements as the values ask for", "tensor:totable"),
      Row(
        "logsumexp log_sum_exp", "t:max() + math.log((t - t:max()):exp():sum())", "tensor:exp"),
      Row("average", "t:mean(axis)", "tensor:mean"),
      Row("amax", "t:max(axis)", "tensor:max"),
      Row("amin", "t:min(axis)", "tensor:min"),
      Row("mm bmm dot_product", "a:matmul(b)", "tensor:matmul"),
      Row("mv", "matrix:matmul(vector)", "tensor:matmul"),
      Row("inner vdot", "a:dot(b)", "tensor:dot"),
      Row("ger", "a:outer(b)", "tensor:outer"),
      Row("einsum", "t:matmul, t:permute and sums", "tensor:matmul"),
      Row("index_select take", "t:index(axis, places)", "tensor:index"),
      Row("take_along_axis", "t:gather(axis, places)", "tensor:gather"),
      Row("sort argsort", "t:topk(count, axis), which is sorted", "tensor:topk"),
      Row("flipud fliplr", "t:flip(axis)", "tensor:flip"),
      Row(
        "cross_entropy nll_loss", "-(t:log_softmax() * gfnet.tensor.one_hot(labels, classes)):sum(-1):mean()",
        "tensor:log_softmax"),
    ] + [
      // Figures
      Row("plot", "fig:line(x, y, {label = …})", "figure:line", on: Row.figures),
      Row(
        "semilogx semilogy loglog", "gfnet.plot.figure{xscale = \"log\", yscale = \"log\"}",
        "gfnet.plot.figure", on: Row.figures),
      Row(
        "subplots subplot", "gfnet.plot.figure{rows = 2, columns = 2} and fig[i]", "gfnet.plot.figure",
        on: Row.figures),
      Row("histogram", "fig:hist(values)", "figure:hist", on: Row.figures),
      Row(
        "imshow matshow pcolormesh", "fig:heatmap(values) or gfnet.plot.images(tensor)", "figure:heatmap",
        on: Row.figures),
      Row("axhline", "fig:hline(y)", "figure:hline", on: Row.figures),
      Row("axvline", "fig:vline(x)", "figure:vline", on: Row.figures),
      Row("fill_between", "fig:band(x, low, high)", "figure:band", on: Row.figures),
      Row("savefig", "fig:save(file), or let a cell end in the figure", "figure:save", on: Row.figures),
      Row(
        "show", "the figure as the last value of a cell, or gfnet.report.figure(fig)", "gfnet.report.figure",
        on: Row.figures),
      Row(
        "set_xlabel xlabel set_ylabel ylabel set_title title set_xlim xlim set_ylim ylim",
        "gfnet.plot.figure{xlabel = …, ylabel = …, title = …, xmin = …, ymax = …} or fig:set{…}",
        "figure:set", on: Row.figures),
      Row("figsize", "size = {width, height}", "gfnet.plot.figure", on: Row.figures),
      // Layers
      Row("Conv2d conv2d", "gfnet.nn.conv(inputs, outputs, {kernel = …})", "gfnet.nn.conv", on: ["gfnet.nn"]),
      Row("BatchNorm2d batchnorm", "gfnet.nn.batch_norm(channels)", "gfnet.nn.batch_norm", on: ["gfnet.nn"]),
      Row("MaxPool2d max_pool2d", "gfnet.nn.max_pool(kernel)", "gfnet.nn.max_pool", on: ["gfnet.nn"]),
      Row("AvgPool2d avg_pool2d", "gfnet.nn.avg_pool(kernel)", "gfnet.nn.avg_pool", on: ["gfnet.nn"]),
      Row("Sequential", "gfnet.nn.sequential{…}", "gfnet.nn.sequential", on: ["gfnet.nn"]),
      Row("ReLU", "gfnet.nn.relu()", "gfnet.nn.relu", on: ["gfnet.nn"]),
      Row("Dropout", "gfnet.nn.dropout(probability)", "gfnet.nn.dropout", on: ["gfnet.nn"]),
      // Models and data
      Row(
        "forward eval predict", "model:infer(images) or model:trace(data)", "model:infer",
        on: ["model", "gfnet"]),
      Row(
        "state_dict", "gfnet.tensor.load(file), gfnet.encoder(file) or model:save(file)", "gfnet.encoder",
        on: ["model", "encoder", "gfnet"]),
      Row("ImageFolder", "gfnet.dataset(\"folder\", {path = …})", "gfnet.dataset", on: ["gfnet"]),
      Row(
        "DataLoader", "gfnet.dataset(name, {…}): batches are made where they are used", "gfnet.dataset",
        on: ["gfnet"]),
    ]
}
