/// What NumPy and PyTorch have a name for and what is written out here, and what there is nothing for.
extension ForeignNames {
  static let formulas: [Row] =
    [
      // Parts of tensors
      Row("narrow", "t[{{first, last}}], or t[{{}, {first, last}}] along axis 2", "tensor"),
      Row("select", "t[i], or t[{{}, i}] along axis 2", "tensor"),
      Row("get", "t[i], or t[{i, j}]", "tensor", isWord: true),
      Row("masked_scatter", "t[mask] = values", "tensor"),
      Row("flat", "t:flatten()", "tensor:flatten", isWord: true),
      Row("unflatten", "t:reshape(…)", "tensor:reshape"),
      Row("atleast_1d", "t:reshape(-1) of a single number", "tensor:reshape"),
      Row("atleast_2d", "t:unsqueeze(1) of a vector", "tensor:unsqueeze"),
      Row("broadcast_tensors broadcast_arrays", "t:expand(…) of each", "tensor:expand"),
      Row("len", "#t", "tensor", isWord: true),
      Row(
        "map apply vectorize", "what it does for the whole tensor, as in t * 2 or t:exp()", "tensor",
        isWord: true),
      Row("isin", "a:unsqueeze(2):eq(b):any(2) of vectors", "tensor:eq"),
      Row(
        "unique_consecutive",
        "v[gfnet.tensor.concatenate({gfnet.tensor{true}, v[{{2, -1}}]:ne(v[{{1, -2}}])})]", "tensor:ne"),
      // What the host's memory is
      Row("data", "t:detach()", "tensor:detach", isWord: true),
      Row("device is_cuda", absent: "there is one device, the processor", isWord: true),
      Row(
        "stride strides data_ptr is_contiguous storage",
        absent: "scripts do not see how elements lie in memory"),
      Row(
        "nbytes itemsize element_size",
        "t.count * 4 for the bytes of float32 and int32, t.count for those of uint8 and boolean",
        "tensor.count"),
      // Numbers
      Row("nan", "0 / 0", on: ["gfnet.tensor"], isWord: true),
      Row("inf", "math.huge", on: ["gfnet.tensor"], isWord: true),
      Row("pi", "math.pi", on: ["gfnet.tensor"], isWord: true),
      Row(
        "bernoulli", "gfnet.random.uniform() < probability", "gfnet.random.uniform", on: ["gfnet.random"]),
      Row("bernoulli", "gfnet.tensor.rand(t:size()):lt(t) of probabilities t", "gfnet.tensor.rand"),
      Row(
        "multinomial",
        "c:lt(gfnet.random.uniform(0, c[#c])):sum() + 1 for one place by weights p, where c = p:cumsum(1)",
        "tensor:cumsum", on: Row.tensors + ["gfnet.random"]),
      // Element by element
      Row("clamp_min", "t:clamp(low)", "tensor:clamp"),
      Row("clamp_max", "t:clamp(nil, high)", "tensor:clamp"),
      Row("frac", "t - t:trunc()", "tensor:trunc"),
      Row("hypot", "(a:square() + b:square()):sqrt()", "tensor:square"),
      Row("logit", "(t / (1 - t)):log()", "tensor:log"),
      Row("logaddexp", "gfnet.tensor.stack({a, b}):logsumexp(1)", "tensor:logsumexp"),
      Row("xlogy", "x:ne(0):where(x * y:log(), 0)", "tensor:where"),
      Row("sinc", "x:eq(0):where(1, x:sin() / x), where x = t * math.pi", "tensor:sin"),
      Row(
        "fmax",
        "a:isnan():where(b, b:isnan():where(a, a:maximum(b))); a:maximum(b) is nan where one of them is",
        "tensor:maximum"),
      Row(
        "fmin",
        "a:isnan():where(b, b:isnan():where(a, a:minimum(b))); a:minimum(b) is nan where one of them is",
        "tensor:minimum"),
      Row("gelu", "t * ((t / math.sqrt(2)):erf() + 1) / 2", "tensor:erf", on: ["tensor", "gfnet.tensor"]),
      Row("softplus", "t:relu() + (-t:abs()):exp():log1p()", "tensor:log1p", on: Row.tensors + ["gfnet.nn"]),
      Row("leaky_relu", "t:maximum(0.01 * t)", "tensor:maximum", on: Row.tensors + ["gfnet.nn"]),
      Row("elu", "t:relu() + t:clamp(nil, 0):expm1()", "tensor:expm1", on: Row.tensors + ["gfnet.nn"]),
      Row("dropout", "gfnet.nn.dropout(probability), which is a layer", "gfnet.nn.dropout"),
      Row(
        "conv2d", "gfnet.nn.conv(inputs, outputs, {kernel = …}), which is a layer", "gfnet.nn.conv"),
      // Along axes
      Row("normalize", "t / t:norm(axis, {keepdim = true})", "tensor:norm", on: Row.tensors + ["gfnet.nn"]),
      Row("cdist", "(a:unsqueeze(2) - b:unsqueeze(1)):norm(3) of rows", "tensor:norm"),
      Row("cummax cummin", absent: "there are no running maxima; t:max(axis) is that of all", "tensor:max"),
      Row(
        "mode", "values[counts:argmax()], where local values, counts = t:unique()", "tensor:unique",
        isWord: true),
      Row("msort", "t:sort(1)", "tensor:sort"),
      Row("kthvalue", "(t:sort())[k] of a vector", "tensor:sort"),
      Row("argpartition", "t:argsort(), or t:topk(count)", "tensor:argsort"),
      Row("partition", "t:sort(), or t:topk(count)", "tensor:sort"),
      Row(
        "cov", "d:matmul(d:transpose()) / (t:size(2) - 1), where d = t - t:mean(2, {keepdim = true})",
        "tensor:matmul"),
      Row(
        "corrcoef",
        "d:matmul(d:transpose()), where d = t - t:mean(2, {keepdim = true}) was divided by d:norm(2, {keepdim = true})",
        "tensor:matmul"),
      Row(
        "gradient",
        "gfnet.grad(f, x) for that of a function; (t[{{3, -1}}] - t[{{1, -3}}]) / 2 for differences of elements",
        "gfnet.grad"),
      Row("interp", absent: "there is no interpolation between given points"),
      Row("fft ifft rfft", absent: "there are no Fourier transforms"),
      Row(
        "linalg", "t:matmul(other) and t:norm(axis): there are no decompositions of matrices", "tensor:matmul"
      ),
      // Files
      Row(
        "loadtxt genfromtxt", "gfnet.read.csv(file, {header = false, separator = \" \"})", "gfnet.read.csv"),
      Row(
        "savetxt", "gfnet.report.table{columns = …, rows = t:totable()}, which the run keeps as a file",
        "gfnet.report.table"),
    ]
}
