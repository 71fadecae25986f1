#include "pgoprof/base/sha256.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>

namespace pgoprof {

Sha256 sha256(ByteView data) {
    Sha256 digest;
    sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
    sha256_digest(&context, digest.bytes.size(), digest.bytes.data());
    return digest;
}

Sha256 hmac_sha256(ByteView key, ByteView data) {
    Sha256 digest;
    hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, key.size(), reinterpret_cast<const std::uint8_t*>(key.data()));
    hmac_sha256_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
    hmac_sha256_digest(&context, digest.bytes.size(), digest.bytes.data());
    return digest;
}

}  // namespace pgoprof
