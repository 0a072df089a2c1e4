//! How many are finished at once.

use super::products::GITHUB;
use super::*;

/// A web that never answers keeps nobody waiting but those who sign in with it.
struct Silent;

impl Fetch for Silent {
    fn fetch<'a>(
        &'a self,
        _: &'a Url,
        _: usize,
    ) -> BoxFuture<'a, Result<crate::remote::Fetched, crate::remote::FetchError>> {
        Box::pin(std::future::pending())
    }

    fn submit<'a>(
        &'a self,
        _: crate::remote::Submission<'a>,
    ) -> BoxFuture<'a, Result<crate::remote::Reply, crate::remote::FetchError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn sign_ins_under_way_are_bounded() {
    let configured: ProvidersConfig = toml::from_str(GITHUB).unwrap();
    let host = ProviderHost {
        fetch: Arc::new(Silent),
        secrets: Arc::new(OneSecret),
        limits: CacheLimits::default(),
        revocations: RevocationEpoch::new(),
    };
    let providers = ProviderAuthenticators::start(configured.check().unwrap(), host);
    let client = Arc::clone(providers.sign_ins().next().unwrap());
    let (attempt, key) = (Attempt::begin("a", "/", false, [1; 16], now()), BrowserKey::of_random([9; 32]));
    let finish = || {
        client.finish(Callback { code: Some("c"), ..Callback::default() }, &attempt, &key, REDIRECT, now())
    };
    let mut waiting: Vec<_> = (0..64).map(|_| Box::pin(finish())).collect();
    for future in &mut waiting {
        assert!(futures_poll(future.as_mut()).await.is_none());
    }
    assert_eq!(finish().await, Err(SignInError::Busy));
    drop(waiting);
    assert!(futures_poll(Box::pin(finish()).as_mut()).await.is_none());
}

/// What a future answers when it is polled once.
async fn futures_poll<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}
