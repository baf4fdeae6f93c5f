/// What NumPy, PyTorch and Matplotlib call things, and what they are called here.
///
/// People type what they know. A name of theirs that does not exist here leads to ours, in the error and in
/// `gfnet-lab help`.
package enum ForeignNames {
  /// What to write instead of `name`, as the end of a sentence; nil where nothing is known.
  ///
  /// - Parameter owner: the class or module that was asked, such as `tensor` or `gfnet.tensor`; nil for any.
  static func advice(_ name: String, of owner: String?) -> String? { row(name, of: owner)?.advice }

  /// The symbol here whose help explains it; nil where there is none.
  static func symbol(_ name: String, of owner: String?) -> String? { row(name, of: owner)?.symbol }

  private static func row(_ name: String, of owner: String?) -> Row? {
    let wanted = name.hasSuffix("_") && name.count > 1 ? String(name.dropLast()) : name
    return rows.first { row in
      (owner.map(row.owners.contains) ?? !row.isWord)
        && (row.names.contains(name) || row.names.contains(wanted))
    }
  }

  /// All that is known, for the test that it is true.
  package static var all: [(names: Set<String>, owners: [String], advice: String, symbol: String?)] {
    rows.map { ($0.names, $0.owners, $0.advice, $0.symbol) }
  }

  struct Row {
    let owners: [String]
    let names: Set<String>
    /// The end of a sentence: what to write, or that there is no such thing.
    let advice: String
    let symbol: String?
    /// Whether the name is a word of many meanings, which stands for this one as a member only.
    let isWord: Bool

    init(
      _ names: String, _ advice: String, _ symbol: String? = nil, on owners: [String] = Row.tensors,
      isWord: Bool = false
    ) {
      self.init(names, absent: "write \(advice)", symbol, on: owners, isWord: isWord)
    }

    /// - Parameter absent: that there is no such thing here, and what comes near.
    init(
      _ names: String, absent: String, _ symbol: String? = nil, on owners: [String] = Row.tensors,
      isWord: Bool = false
    ) {
      self.names = Set(names.split(separator: " ").map(String.init))
      advice = absent
      self.symbol = symbol
      self.owners = owners
      self.isWord = isWord
    }

    static let tensors = ["tensor", "gfnet.tensor"]
    static let figures = ["figure", "axes", "gfnet.plot"]
  }

  private static let rows: [Row] = tensors + formulas + figures + layers + modules

  private static let tensors: [Row] =
    [
      // Shapes
      Row("ndim dim ndimension", "t.rank", "tensor.rank"),
      Row("numel nelement", "t.count", "tensor.count"),
      Row("T t mT swapaxes", "t:transpose() or t:permute(…)", "tensor:transpose"),
      Row("moveaxis rollaxis", "t:movedim(from, to)", "tensor:movedim"),
      Row("expand_dims newaxis", "t:unsqueeze(axis)", "tensor:unsqueeze"),
      Row("ravel", "t:flatten()", "tensor:flatten"),
      Row("broadcast_to expand_as", "t:expand(…), which repeats axes of size 1", "tensor:expand"),
      Row("repeat", "t:tile(…), or t:repeat_interleave(count, axis) for each element", "tensor:tile"),
      Row("view_as reshape_as resize", "t:reshape(other:size())", "tensor:reshape"),
      Row("copy_", "t:copy(source)", "tensor:copy"),
      Row("contiguous cpu cuda", "t:clone()", "tensor:clone"),
      Row(
        "backward grad requires_grad retain_grad",
        "gfnet.grad(function(x) … end, x): gradients are values, not fields",
        "gfnet.grad", on: ["tensor", "gfnet.tensor", "model"]),
      Row("stop_gradient", "t:detach()", "tensor:detach"),
      Row(
        "no_grad enable_grad", "gfnet.no_grad(f)", "gfnet.no_grad",
        on: ["gfnet.tensor", "gfnet.nn", "tensor"]),
      Row(
        "cat concat vstack hstack append", "gfnet.tensor.concatenate(tensors, axis)",
        "gfnet.tensor.concatenate"),
      Row("dstack column_stack", "gfnet.tensor.stack(tensors, axis)", "gfnet.tensor.stack"),
      Row("unbind", "for i, row in ipairs(t) do … end, or t:split(1)", "tensor:split"),
      Row("array_split hsplit vsplit tensor_split", "t:chunk(parts, axis)", "tensor:chunk"),
      Row("rot90", "t:transpose():flip(1)", "tensor:flip"),
      // Values
      Row("tolist numpy table", "t:totable()", "tensor:totable"),
      Row("astype type type_as", "t:to(\"int32\"), t:int(), t:float(), t:byte() or t:bool()", "tensor:to"),
      Row(
        "double half float16 float64 bfloat16", "t:float(): floating-point numbers have 32 bits",
        "tensor:float"),
      Row("long int64 short int16 int8", "t:int(): whole numbers have 32 bits", "tensor:int"),
      Row("uint8", "t:byte()", "tensor:byte"),
      Row("boolean", "t:bool()", "tensor:bool"),
      Row("zero", "t:fill(0)", "tensor:fill", on: ["tensor"]),
      Row("zero", "gfnet.tensor.zeros(…)", "gfnet.tensor.zeros", on: ["gfnet.tensor"]),
      Row("one", "gfnet.tensor.ones(…)", "gfnet.tensor.ones", on: ["gfnet.tensor"]),
      Row("zeros_like", "gfnet.tensor.zeros(t:size())", "gfnet.tensor.zeros"),
      Row("ones_like", "gfnet.tensor.ones(t:size())", "gfnet.tensor.ones"),
      Row("empty empty_like", "gfnet.tensor.zeros(…)", "gfnet.tensor.zeros"),
      Row("full_like", "gfnet.tensor.full(value, t:size())", "gfnet.tensor.full"),
      Row("array asarray as_tensor from_numpy FloatTensor", "gfnet.tensor{…}", "gfnet.tensor"),
      Row("rand_like", "gfnet.tensor.rand(t:size())", "gfnet.tensor.rand"),
      Row("randn_like", "gfnet.tensor.randn(t:size())", "gfnet.tensor.randn"),
      Row("normal random", "gfnet.tensor.randn(…) or gfnet.tensor.rand(…)", "gfnet.tensor.randn"),
      Row(
        "new_zeros new_empty", "gfnet.tensor.zeros(…)", "gfnet.tensor.zeros", on: ["tensor"]),
      Row("new_ones", "gfnet.tensor.ones(…)", "gfnet.tensor.ones", on: ["tensor"]),
      Row("new_full", "gfnet.tensor.full(value, …)", "gfnet.tensor.full", on: ["tensor"]),
      Row("new_tensor tensor", "gfnet.tensor{…}", "gfnet.tensor"),
      Row("shuffle", "t[gfnet.tensor(gfnet.random.permutation(#t))]", "gfnet.random.permutation"),
      Row("identity", "gfnet.tensor.eye(size)", "gfnet.tensor.eye"),
      Row("range", "gfnet.tensor.arange(first, last, step), both ends included", "gfnet.tensor.arange"),
      Row(
        "randint", "gfnet.random.integer(low, high)", "gfnet.random.integer",
        on: Row.tensors + ["gfnet.random"]),
      Row(
        "randperm", "gfnet.random.permutation(n)", "gfnet.random.permutation",
        on: Row.tensors + ["gfnet.random"]),
      Row(
        "seed manual_seed", "--seed N on the command line, or gfnet.random.generator{seed=N}",
        "gfnet.random.generator", on: Row.tensors + ["gfnet.random"]),
      // Element by element
      Row("clip", "t:clamp(low, high)", "tensor:clamp"),
      Row("add plus", "a + b", "tensor"),
      Row("sub subtract minus", "a - b", "tensor"),
      Row("mul multiply times", "a * b", "tensor"),
      Row("div divide true_divide", "a / b", "tensor"),
      Row("pow power", "a ^ b", "tensor"),
      Row("neg negative", "-a", "tensor"),
      Row("equal array_equal", "a == b for all at once, a:eq(b) element by element", "tensor:eq"),
      Row("isclose", "(a - b):abs():le(1e-5), or a:allclose(b) for all at once", "tensor:allclose"),
      Row("greater", "a:gt(b)", "tensor:gt"),
      Row("less", "a:lt(b)", "tensor:lt"),
      Row("greater_equal", "a:ge(b)", "tensor:ge"),
      Row("less_equal", "a:le(b)", "tensor:le"),
      Row("not_equal", "a:ne(b)", "tensor:ne"),
      Row("bitwise_and", "a & b of masks", "tensor:logical_and"),
      Row("bitwise_or", "a | b of masks", "tensor:logical_or"),
      Row("bitwise_xor", "a ~ b of masks", "tensor:logical_xor"),
      Row("bitwise_not invert", "~mask", "tensor:logical_not"),
      Row("masked_select compress extract", "t[mask]", "tensor"),
      Row("masked_fill putmask", "mask:where(value, t), or t[mask] = value in place", "tensor:where"),
      Row("mod remainder fmod", "a % b, with the sign of b", "tensor"),
      Row("floor_divide floordiv", "a // b", "tensor"),
      Row("fix", "t:trunc()", "tensor:trunc"),
      Row("arcsin", "t:asin()", "tensor:asin"),
      Row("arccos", "t:acos()", "tensor:acos"),
      Row("arctan", "t:atan()", "tensor:atan"),
      Row("arctan2", "t:atan2(other)", "tensor:atan2"),
      Row("exp2", "2 ^ t", "tensor"),
      Row("deg2rad radians", "t * (math.pi / 180)", "tensor"),
      Row("rad2deg degrees", "t * (180 / math.pi)", "tensor"),
      Row("lerp", "a + (b - a) * weight", "tensor"),
      Row("nan_to_num", "t:isnan():where(0, t)", "tensor:isnan"),
      Row("signbit", "t:lt(0)", "tensor:lt"),
      Row("swish", "t:silu()", "tensor:silu"),
      Row("hardswish", "t:hard_swish()", "tensor:hard_swish"),
      Row("hardsigmoid", "t:hard_sigmoid()", "tensor:hard_sigmoid"),
      Row("absolute fabs", "t:abs()", "tensor:abs"),
      Row("expit", "t:sigmoid()", "tensor:sigmoid"),
      Row("rint around", "t:round()", "tensor:round"),
      // Reductions and products
      Row("count_nonzero", "t:ne(0):sum()", "tensor:ne"),
      Row("argwhere", "t:nonzero()", "tensor:nonzero"),
      Row("flatnonzero", "t:flatten():nonzero()", "tensor:nonzero"),
      Row("percentile", "t:quantile(share), with 0.9 for 90 %", "tensor:quantile"),
      Row("log_sum_exp", "t:logsumexp(axis)", "tensor:logsumexp"),
      Row("nanmean nansum nanmax nanmin nanstd", "t[~t:isnan()] and its :mean(), :sum(), …", "tensor:isnan"),
      Row("ptp", "t:max() - t:min()", "tensor:max"),
      Row("cumulative_sum", "t:cumsum(axis)", "tensor:cumsum"),
      Row("cumulative_prod", "t:cumprod(axis)", "tensor:cumprod"),
      Row("trace", "t:diagonal():sum()", "tensor:diagonal"),
      Row(
        "diag", "t:diagonal() of a matrix, v:unsqueeze(2) * gfnet.tensor.eye(#v) of a vector",
        "tensor:diagonal"),
      Row("kron", "gfnet.tensor.einsum(\"ij,kl->ikjl\", a, b) and :reshape", "gfnet.tensor.einsum"),
      Row("tensordot", "gfnet.tensor.einsum(\"ij,jk->ik\", a, b)", "gfnet.tensor.einsum"),
      Row("vector_norm matrix_norm", "t:norm(axis, {order = 1})", "tensor:norm"),
      Row("searchsorted bucketize digitize", "edges:le(value):sum() for each value", "tensor:le"),
      Row("histc", "t:histogram(bins, {low = …, high = …})", "tensor:histogram"),
      Row(
        "inv inverse det svd eig eigh qr solve cholesky lstsq pinv",
        "t:matmul for products: there are no decompositions of matrices", "tensor:matmul"),
      Row("average", "t:mean(axis)", "tensor:mean"),
      Row("amax", "t:max(axes)", "tensor:max"),
      Row("amin", "t:min(axes)", "tensor:min"),
      Row("einsum", "gfnet.tensor.einsum(\"ij,jk->ik\", a, b)", "gfnet.tensor.einsum", on: ["tensor"]),
      Row("index_select", "t:index(axis, places), or t[places] for the first axis", "tensor:index"),
      Row("index_add scatter_reduce", "t:scatter_add(axis, places, source)", "tensor:scatter_add"),
      Row("index_put put_along_axis put index_fill index_copy", "t[places] = values", "tensor:scatter"),
      Row("mm bmm dot_product", "a:matmul(b)", "tensor:matmul"),
      Row("mv", "matrix:matmul(vector)", "tensor:matmul"),
      Row("inner vdot", "a:dot(b)", "tensor:dot"),
      Row("ger", "a:outer(b)", "tensor:outer"),
      Row("take_along_axis take_along_dim", "t:gather(axis, places)", "tensor:gather"),
      Row("flipud fliplr", "t:flip(axis)", "tensor:flip"),
      Row("cross_entropy", "gfnet.nn.cross_entropy(logits, labels)", "gfnet.nn.cross_entropy"),
      Row("nll_loss", "gfnet.nn.nll(log_probabilities, labels)", "gfnet.nn.nll"),
    ]

  private static let figures: [Row] =
    [
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
      Row(
        "FuncAnimation ArtistAnimation", "gfnet.plot.animate(clip, {fps = 8})", "gfnet.plot.animate",
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
    ]
}
