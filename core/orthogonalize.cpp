#include "core/orthogonalize.hpp"

#include <Eigen/QR>

namespace weir {

void orthogonalize(std::vector<double>& matrix, std::size_t rows) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto height = static_cast<Eigen::Index>(rows), width = static_cast<Eigen::Index>(matrix.size() / rows);
  Eigen::Map<RowMajor> map(matrix.data(), height, width);
  const Eigen::MatrixXd tall = height < width ? Eigen::MatrixXd(map.transpose()) : Eigen::MatrixXd(map);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(tall);
  Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(tall.rows(), tall.cols());
  for (Eigen::Index j = 0; j < q.cols(); ++j) {
    if (qr.matrixQR()(j, j) < 0) q.col(j) *= -1;
  }
  if (height < width) {
    map = q.transpose();
  } else {
    map = q;
  }
}

}  // namespace weir
