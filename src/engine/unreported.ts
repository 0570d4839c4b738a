/*
 * Import before the model runtime. ONNX Runtime's builds send telemetry and store an id in the home folder unless this
 * variable is set before they start; no setting is early enough. Worker threads inherit it from the first thread.
 * https://github.com/microsoft/onnxruntime/pull/27379
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
