import Backbones
import GlanceFocus
import NeuralNet
import Tensor

/// A part of a model as scripts hold it: `model.policy` and the like.
protocol ModelPart: HoldsMemory, ParameterHolder, SendableMetatype {
  var model: ModelHandle { get }
  /// The prefix of its arrays' names, without the dot.
  var prefix: String { get }
  var module: any Module { get }
}

extension ModelPart {
  /// The model holds all of it.
  var heldBytes: Int { 0 }

  /// Every parameter under the name that it has in `model:state()`, in that order: that of training.
  func namedParameters(_ context: HostContext) -> [(name: String, parameter: Parameter)] {
    module.parameters.map { (prefix + "." + $0.name, $0.parameter) }
  }
}

/// `model.global_encoder` and `model.local_encoder`.
final class EncoderPart: ModelPart {
  let model: ModelHandle
  let look: Look

  init(_ model: ModelHandle, _ look: Look) {
    self.model = model
    self.look = look
  }

  var prefix: String { look == .glance ? "model_prime" : "model" }
  var module: any Module { encoder }
  var encoder: any Backbone { model.network.encoder(look) }
  /// The name in Lua.
  var name: String { look == .glance ? "global_encoder" : "local_encoder" }
  var featureCount: Int { encoder.featureCount }
}

/// `model.classifier`.
final class ClassifierPart: ModelPart {
  let model: ModelHandle
  init(_ model: ModelHandle) { self.model = model }
  var prefix: String { "fc" }
  var module: any Module { model.network.classifier }
}

/// `model.policy`.
final class PolicyPart: ModelPart {
  let model: ModelHandle
  init(_ model: ModelHandle) { self.model = model }
  var prefix: String { "policy" }
  var module: any Module { model.network.policy }
}

/// What models and parts have for training that a script does itself.
enum ModelParts {
  /// Fields of a model.
  static var properties: [LuaProperty<ModelHandle>] {
    [
      .init(
        "global_encoder", "model_encoder",
        "f_G, which sees the glance: features, map = model.global_encoder(x)"
      ) {
        model, _ in Pushed(EncoderPart(model, .glance))
      },
      .init("local_encoder", "model_encoder", "f_L, which sees the patches") { model, _ in
        Pushed(EncoderPart(model, .patch))
      },
      .init(
        "sequence_classifier", "model_classifier",
        "f_C, the classifier over the sequence: logits, memory = model.sequence_classifier(features, memory)"
      ) { model, _ in Pushed(ClassifierPart(model)) },
      .init(
        "policy", "model_policy",
        "π, which proposes patches: places, values, memory = model.policy(map, memory)"
      ) {
        model, _ in Pushed(PolicyPart(model))
      },
      .init("training", "boolean", "true while both encoders learn; see model:train") { model, _ in
        model.learning == [.glance, .patch]
      },
    ]
  }

  private static let on = ArgumentKey<Bool>("on", default: true, "false: as eval()")

  private static let modes = """
    While an encoder learns it is evaluated op by op: batch norm uses the statistics of the batch and updates the running \
    ones, dropout draws. model:infer, model:trace, model:stream and model:episode do not look at this. Classifier and \
    policy have nothing that depends on it, but while the global encoder learns the classifier over the sequence answers \
    the glance where the encoder's own would, as in training.
    """

  /// `model:train` and `model:eval`.
  static var methods: [LuaMethod<ModelHandle>] {
    [
      LuaMethod<ModelHandle>(
        "train", "Has both encoders learn in model:glance and model:focus.", [on],
        example: "gfnet.model{backbone = \"resnet_tiny_16\"}:train()", discussion: modes
      ) { model, call in model.learning = try call[on] ? [.glance, .patch] : [] },
      LuaMethod<ModelHandle>(
        "eval", "Ends model:train().", example: "gfnet.model{backbone = \"resnet_tiny_16\"}:eval()"
      ) { model, _ in model.learning = [] },
    ]
  }

  /// The same for one encoder.
  static var encoderMethods: [LuaMethod<EncoderPart>] {
    [
      LuaMethod<EncoderPart>(
        "train", "Has this encoder learn.", [on],
        example: "gfnet.model{backbone = \"resnet_tiny_16\"}.local_encoder:train()", discussion: modes
      ) { part, call in
        if try call[on] {
          part.model.learning.insert(part.look)
        } else {
          part.model.learning.remove(part.look)
        }
      },
      LuaMethod<EncoderPart>(
        "eval", "Ends train().", example: "gfnet.model{backbone = \"resnet_tiny_16\"}.local_encoder:eval()"
      ) { part, _ in part.model.learning.remove(part.look) },
    ]
  }
}
