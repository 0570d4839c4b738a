/*
 * Import before the model runtime: ONNX Runtime sends telemetry and stores an id in the home folder unless this is set.
 * Worker threads inherit it. https://github.com/microsoft/onnxruntime/pull/27379
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
