/*
 * Import this before the model runtime. Otherwise ONNX Runtime sends telemetry and stores an id in the home folder.
 * Worker threads inherit this environment variable. https://github.com/microsoft/onnxruntime/pull/27379
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
