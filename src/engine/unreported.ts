/*
 * Imported first by whatever loads the model runtime. The published builds of ONNX Runtime report to their maker what they
 * run on and with, and leave an id in the home folder, unless this says otherwise before they start; there is no setting
 * that comes early enough. A worker thread's environment is a copy: the runtime sees what the first thread set.
 * https://github.com/microsoft/onnxruntime/pull/27379
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
