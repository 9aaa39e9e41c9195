// The same names as in libraries.js, from the scripts that libraries-cdn.html loads.
// All are undefined when the CDN could not be reached; main.js then says so.
const { React, ReactDOM, GraphiQL, GraphiQLPluginExplorer } = globalThis;

export const createElement = React?.createElement;
export const useEffect = React?.useEffect;
export const useRef = React?.useRef;
export const createRoot = ReactDOM?.createRoot;
export const useEditorContext = GraphiQL?.React?.useEditorContext;
export const usePluginStore = GraphiQL?.React?.usePluginStore;
export const explorerPlugin = GraphiQLPluginExplorer?.explorerPlugin;
export { GraphiQL };
