//! The page at `/`: GraphiQL, a sign-in panel and example queries, from files inside the binary.
//!
//! build.rs makes the files from `playground/`. They stand under a path that names their content, so that browsers
//! keep them for good; the page itself is asked for anew each time.

use axum::{
    Router,
    extract::Path,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{Html, IntoResponse, Response},
    routing::get,
};
use uuid::Uuid;

include!(concat!(env!("OUT_DIR"), "/playground/assets.rs"));

/// A file that the page loads.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

/// `/` and the files that it loads. They need nothing of the running server.
pub fn routes() -> Router {
    Router::new().route("/", get(page)).route("/playground/{version}/{name}", get(asset))
}

async fn page() -> Response {
    let nonce = Uuid::new_v4().simple().to_string();
    let policy = content_security_policy(&nonce);
    ([(CONTENT_SECURITY_POLICY, policy)], Html(PAGE.replace("{{nonce}}", &nonce))).into_response()
}

async fn asset(Path((version, name)): Path<(String, String)>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| version == VERSION && asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(CONTENT_TYPE, asset.media_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.bytes).into_response()
}

/// Only the page's own files run, and it talks to this server alone.
///
/// The nonce lets in the one style element that GraphiQL's dialogs insert; scripts have none. CodeMirror and React set
/// styles through the object model, which no policy concerns. Fonts and a few pictures stand inside the style sheet as
/// `data:`. Markup that comes as text goes through the two policies of `playground/src/trusted-types.js`, and text
/// never becomes a script. The CDN's addresses are there only in a server that was built without npm, each as a whole.
fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'{CDN_SCRIPTS}; script-src-attr 'none'; \
         style-src 'self' 'nonce-{nonce}'{CDN_STYLES}; style-src-attr 'none'; \
         connect-src 'self'; img-src 'self' data:; font-src 'self' data:; \
         object-src 'none'; worker-src 'none'; frame-src 'none'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types default inert"
    )
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::{Request, header::ETAG},
    };
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str) -> (StatusCode, axum::http::HeaderMap, String) {
        let request = Request::get(path).body(Body::empty()).expect("a valid path");
        let response = routes().oneshot(request).await.expect("the routes can't fail");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body from memory");
        (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn every_file_of_the_page_is_there_for_good() {
        let (status, _, page) = get("/").await;
        assert_eq!(status, StatusCode::OK);
        let links: Vec<_> = page.split('"').filter(|part| part.starts_with("playground/")).collect();
        assert!(links.len() >= 4, "the page links {links:?}");
        for link in links {
            let (status, headers, body) = get(&format!("/{link}")).await;
            assert_eq!(status, StatusCode::OK, "{link}");
            assert!(!body.is_empty(), "{link}");
            assert_eq!(headers[CACHE_CONTROL], "public, max-age=31536000, immutable", "{link}");
            assert!(headers.get(ETAG).is_none(), "the path already names the content of {link}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_or_of_another_build_is_not_found() {
        for path in ["/playground/0000000000000000/main.js", &format!("/playground/{VERSION}/missing.js")] {
            assert_eq!(get(path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn no_two_pages_share_a_nonce_and_scripts_have_none() {
        let (_, first, page) = get("/").await;
        let (_, second, _) = get("/").await;
        let policy = first[CONTENT_SECURITY_POLICY].to_str().expect("plain text");
        assert_ne!(policy, second[CONTENT_SECURITY_POLICY]);
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
        assert!(page.contains(&format!("content=\"{nonce}\"")), "the page is told its nonce");
        let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src")).expect("a rule for scripts");
        assert!(!scripts.contains("nonce") && !policy.contains("unsafe"), "{policy}");
    }

    #[tokio::test]
    async fn nothing_is_left_to_fill_in() {
        assert!(!get("/").await.2.contains("{{"));
    }
}
