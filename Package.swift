// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors everywhere; arrows between targets point down only (docs/architecture.md). A target names all that
// it imports: otherwise SwiftPM does not build it again when that changes, and old code meets new memory layouts.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "gfnet-lab",
  products: [.executable(name: "gfnet-lab", targets: ["gfnet-lab"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // System libraries
    .systemLibrary(name: "CDNNL", path: "Sources/CDNNL"),
    // libedit, for the prompt.
    .systemLibrary(name: "CEdit", path: "Sources/CEdit"),
    // gd.h is on the default path; gdlib.pc would only add flags that SwiftPM warns about.
    .systemLibrary(name: "CGD", path: "Sources/CGD"),
    // Comes with libgd, which draws no characters beyond the first 65,536.
    .systemLibrary(name: "CFreeType", path: "Sources/CFreeType", pkgConfig: "freetype2"),
    .systemLibrary(name: "CLua", path: "Sources/CLua", pkgConfig: "lua5.4"),
    .systemLibrary(name: "CMarkdown", path: "Sources/CMarkdown", pkgConfig: "libcmark-gfm"),
    // GCC's OpenMP, whose team of threads oneDNN uses too.
    .systemLibrary(name: "COpenMP", path: "Sources/COpenMP"),
    .systemLibrary(name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib"),

    // Raises Lua errors after Swift has returned.
    .target(name: "CLuaBridge", dependencies: ["CLua"]),

    // libjpeg and libpng behind functions that return instead of jumping; headers of libtiff and libwebp.
    .target(
      name: "CImageCodecs",
      linkerSettings: ["jpeg", "png16", "tiff", "webp", "webpdemux"].map { .linkedLibrary($0) }),

    // Opens libzmq at run time, so that only Jupyter needs it.
    .target(name: "CZeroMQ"),

    // Opens cairo at run time, so that only PDF files need it.
    .target(name: "CCairo"),

    // Opens FFmpeg's libraries at run time, so that only videos need them.
    .target(name: "CVideo"),

    // Opens a library of MPI at run time, where MPI has started the program.
    .target(name: "CMPI"),

    // Survives that a mapped file is cut off.
    .target(name: "CMappedFiles"),

    // What every layer may use: atomic files, cancellation, progress, one-line errors.
    .target(
      name: "Support", dependencies: [.product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: strict),

    // Several processes
    // What processes do together, whatever joins them.
    .target(name: "Communication", dependencies: ["Support"], swiftSettings: strict),
    .target(name: "MPI", dependencies: ["CMPI", "Communication", "Support"], swiftSettings: strict),

    // Numerics
    // Inner loops on plain arrays, compiled for several generations of processors.
    .target(name: "CKernels"),
    // Threads, memory and types of numbers.
    .target(name: "Compute", dependencies: ["CKernels", "COpenMP", "Support"], swiftSettings: strict),
    // The library's primitives, for those that run them.
    .target(name: "OneDNN", dependencies: ["CDNNL", "Compute", "Support"], swiftSettings: strict),
    .target(
      name: "Tensor", dependencies: ["CKernels", "Compute", "OneDNN", "Support"], swiftSettings: strict),
    .target(name: "NeuralNet", dependencies: ["Compute", "Support", "Tensor"], swiftSettings: strict),
    .target(
      name: "Inference", dependencies: ["CKernels", "Compute", "NeuralNet", "OneDNN", "Support", "Tensor"],
      swiftSettings: strict),
    // Zip and tar files of strangers, read and never unpacked by themselves.
    .target(name: "Archives", dependencies: ["CZlib", "Support"], swiftSettings: strict),
    .target(
      name: "Checkpoints", dependencies: ["Archives", "CMappedFiles", "CZlib", "Support"],
      swiftSettings: strict
    ),
    .target(name: "Backbones", dependencies: ["NeuralNet", "Support", "Tensor"], swiftSettings: strict),

    // The paper's system
    .target(
      name: "GlanceFocus",
      dependencies: [
        "Backbones", "Checkpoints", "Communication", "Compute", "NeuralNet", "Support", "Tensor", "Vision",
      ],
      swiftSettings: strict),

    // Data in, pictures out
    .target(
      name: "Vision", dependencies: ["CImageCodecs", "CKernels", "Compute", "CZlib", "Support", "Tensor"],
      swiftSettings: strict),
    .target(name: "Video", dependencies: ["CVideo", "Support", "Vision"], swiftSettings: strict),
    .target(
      name: "Figures", dependencies: ["CCairo", "CFreeType", "CGD", "CZlib", "Support"],
      swiftSettings: strict),
    .target(
      name: "Reports", dependencies: ["CMarkdown", "Support"], swiftSettings: strict),
    // One script run many times: what is to be run, what has been, who runs what
    .target(name: "Sweeps", dependencies: ["Reports", "Support"], swiftSettings: strict),

    // The runs that there are: an index of their folders, comparisons, tags
    .target(
      name: "Runs", dependencies: ["Reports", "Support", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict),

    // Times of networks, for the command line
    .target(
      name: "Bench",
      dependencies: [
        "Backbones", "Compute", "GlanceFocus", "Inference", "OneDNN", "Support", "Tensor", "Vision",
      ],
      swiftSettings: strict),

    // Scripts
    .target(
      name: "LuaHost",
      dependencies: [
        "Archives", "Backbones", "Checkpoints", "CLuaBridge", "Communication", "Compute", "Figures",
        "GlanceFocus", "Inference", "NeuralNet", "Reports", "Support", "Sweeps", "Tensor", "Video", "Vision",
      ],
      swiftSettings: strict),
    // A kernel of Jupyter, and what installs it
    .target(
      name: "Jupyter", dependencies: ["CZeroMQ", "CZlib", "LuaHost", "Reports", "Support"],
      swiftSettings: strict),
    .executableTarget(
      name: "gfnet-lab",
      dependencies: [
        "Backbones", "Bench", "CEdit", "Checkpoints", "Communication", "Compute", "Figures", "GlanceFocus",
        "Inference", "Jupyter", "LuaHost", "MPI", "NeuralNet", "Reports", "Runs", "Support", "Sweeps",
        "Vision",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Benchmarks
    .executableTarget(
      name: "lua-calls", dependencies: ["LuaHost"], path: "Benchmarks/LuaCalls", swiftSettings: strict),
    .executableTarget(
      name: "own-kernels",
      dependencies: [
        "Backbones", "CKernels", "Compute", "Inference", "NeuralNet", "OneDNN", "Support", "Tensor", "Vision",
      ],
      path: "Benchmarks/Kernels", swiftSettings: strict),
    .executableTarget(
      name: "figure-files", dependencies: ["Figures", "Support"], path: "Benchmarks/Figures",
      swiftSettings: strict),
    .executableTarget(
      name: "image-pixels", dependencies: ["Support", "Vision"], path: "Benchmarks/Images",
      swiftSettings: strict),

    .executableTarget(
      name: "video-frames", dependencies: ["Support", "Video", "Vision"], path: "Benchmarks/Videos",
      swiftSettings: strict),

    .executableTarget(
      name: "hostile-files",
      dependencies: [
        "Checkpoints", "GlanceFocus", "Support", "TestSupport", "Video", "Vision",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/HostileFiles", swiftSettings: strict),
    .executableTarget(
      name: "hostile-calls",
      dependencies: [
        "Jupyter", "LuaHost", "Support", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/HostileCalls", swiftSettings: strict),

    // The pages of the manual that are made from tables, and the site
    .executableTarget(
      name: "documentation", dependencies: ["LuaHost", "Reports", "Support"], path: "tools/Documentation",
      swiftSettings: strict),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["Compute", "CZlib", "Support", "Tensor"], path: "Tests/TestSupport",
      swiftSettings: strict),
    // Takes malloc's place in the tests and counts.
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .testTarget(
      name: "BudgetTests",
      dependencies: [
        "Backbones", "CAllocations", "Compute", "GlanceFocus", "Inference", "LuaHost", "NeuralNet", "Support",
        "Tensor", "TestSupport", "Vision",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SupportTests", dependencies: ["Support", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "TensorTests", dependencies: ["Compute", "OneDNN", "Support", "Tensor", "TestSupport"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "ArchivesTests", dependencies: ["Archives", "CZlib", "Support"],
      swiftSettings: strict),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "Support", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "NeuralNetTests", dependencies: ["NeuralNet", "Support", "Tensor", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "BackbonesTests", dependencies: ["Backbones", "NeuralNet", "Support", "Tensor", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CommunicationTests", dependencies: ["Communication", "Support"], swiftSettings: strict),
    .testTarget(
      name: "GlanceFocusTests",
      dependencies: [
        "Backbones", "Checkpoints", "Communication", "Compute", "GlanceFocus", "NeuralNet", "Support",
        "Tensor", "TestSupport", "Vision",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "InferenceTests",
      dependencies: [
        "Backbones", "CKernels", "Compute", "GlanceFocus", "Inference", "NeuralNet", "OneDNN", "Support",
        "Tensor", "TestSupport", "Vision",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "VisionTests", dependencies: ["Compute", "Support", "Tensor", "TestSupport", "Vision"],
      swiftSettings: strict),
    .testTarget(
      name: "VideoTests", dependencies: ["Support", "TestSupport", "Video", "Vision"],
      swiftSettings: strict),
    .testTarget(
      name: "FiguresTests", dependencies: ["CGD", "Figures", "Support", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "Support", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "SweepsTests", dependencies: ["Reports", "Support", "Sweeps", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "LuaHostTests",
      dependencies: [
        "Compute", "GlanceFocus", "LuaHost", "NeuralNet", "Reports", "Support", "Tensor", "TestSupport",
        "Video", "Vision",
      ],
      exclude: ["Lua"],
      swiftSettings: strict),
    .testTarget(
      name: "JupyterTests", dependencies: ["Jupyter", "Reports", "Support"],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: ["GlanceFocus", "Jupyter", "Reports", "Support", "TestSupport", "Video"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
