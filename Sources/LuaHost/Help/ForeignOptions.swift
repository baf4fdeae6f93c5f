/// What options are called elsewhere, and what they are called here.
extension ForeignNames {
  /// The option of `known` that is meant by a name of NumPy's, PyTorch's or Matplotlib's; nil where none is.
  ///
  /// Case and underscores are no difference: `batch_size`, `batchSize`.
  static func option(_ name: String, among known: [String]) -> String? {
    // A longer name is none of the table's.
    guard name.utf8.count <= 40 else { return nil }
    let wanted = name.lowercased().filter { $0 != "_" }
    return options.first { $0.foreign.contains(wanted) && known.contains($0.own) }?.own
  }

  private struct OptionRow {
    let own: String
    let foreign: Set<String>

    init(_ own: String, _ foreign: String) {
      self.own = own
      self.foreign = Set(foreign.split(separator: " ").map(String.init))
    }
  }

  /// A foreign name may stand in several rows; the first whose own name the function knows is meant.
  private static let options: [OptionRow] = [
    // Training
    OptionRow("rate", "lr learningrate stepsize"),
    OptionRow("ppo_rate", "ppolr policylr lrpolicy"),
    OptionRow("classifier_rate", "classifierlr lrclassifier headlr"),
    OptionRow("batch", "batchsize bs minibatch minibatchsize"),
    OptionRow("epochs", "epoch nepochs nepoch numepochs maxepochs"),
    OptionRow("weight_decay", "wd l2 decay"),
    OptionRow("label_smoothing", "smoothing"),
    OptionRow("discount", "gamma"),
    OptionRow("schedule", "scheduler lrscheduler lrschedule"),
    OptionRow("checkpoint", "ckpt checkpointpath savepath"),
    OptionRow("log", "callback callbacks onepoch"),
    OptionRow("seed", "randomstate manualseed randomseed"),
    OptionRow("dataset", "data traindata trainset trainloader dataloader"),
    // Models and data
    OptionRow("model", "net network"),
    OptionRow("backbone", "arch architecture"),
    OptionRow("classes", "numclasses nclasses nbclasses classcount"),
    OptionRow("steps", "numsteps nsteps maxsteps"),
    OptionRow("image_size", "imgsize inputsize resolution"),
    OptionRow("patch_size", "patchsize glimpsesize"),
    OptionRow("path", "root dir folder"),
    OptionRow("augment", "augmentation transform transforms"),
    OptionRow("limit", "maxsamples numsamples"),
    // Layers
    OptionRow("kernel", "kernelsize ksize filtersize"),
    OptionRow("stride", "strides"),
    OptionRow("padding", "pad pads"),
    OptionRow("bias", "usebias"),
    OptionRow("keepdim", "keepdims"),
    OptionRow("unbiased", "ddof correction"),
    // Tensors
    OptionRow("axis", "dim dims axes"),
    OptionRow("count", "k"),
    // Figures
    OptionRow("size", "figsize figuresize"),
    OptionRow("rows", "nrows numrows"),
    OptionRow("columns", "ncols cols ncolumns numcols"),
    OptionRow("line_width", "linewidth lw"),
    OptionRow("width", "linewidth lw barwidth"),
    OptionRow("dash", "linestyle ls"),
    OptionRow("marker_size", "markersize ms"),
    OptionRow("color", "c colour"),
    OptionRow("opacity", "alpha"),
    OptionRow("font_size", "fontsize"),
    OptionRow("share_x", "sharex"),
    OptionRow("share_y", "sharey"),
    OptionRow("legend_columns", "ncol"),
    OptionRow("xmin", "xlim xlimits"),
    OptionRow("ymin", "ylim ylimits"),
    OptionRow("bins", "nbins numbins"),
    OptionRow("low", "vmin min amin"),
    OptionRow("high", "vmax max amax"),
    OptionRow("xlinear_below", "linthresh linthreshx"),
    OptionRow("ylinear_below", "linthreshy"),
    OptionRow("theme", "dark_mode darkmode"),
    OptionRow("colors", "cmap colormap"),
    OptionRow("horizontal", "vert orientation"),
    OptionRow("mean", "showmeans"),
    OptionRow("yerr", "err error errors"),
    OptionRow("name", "filename"),
  ]
}
