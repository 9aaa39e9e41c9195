// The packages this page is made of, for the bundle. libraries-cdn.js gives the same names from a CDN's scripts.
export { createElement, useEffect, useRef } from 'react';
export { createRoot } from 'react-dom/client';
export { GraphiQL } from 'graphiql';
export { useEditorContext, usePluginStore } from '@graphiql/react';
export { explorerPlugin } from '@graphiql/plugin-explorer';
